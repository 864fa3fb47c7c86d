// Simple elements in the place of AWS's crowd elements, where those cannot be loaded: enough to see a page and to answer.
window.addEventListener("load", () => {
  if (customElements.get("crowd-form")) return;
  const text = (element, name) => element.querySelector(name)?.textContent.trim() ?? "";
  const given = (element) => JSON.parse(element.getAttribute("categories") ?? element.getAttribute("labels") ?? "[]");
  const add = (parent, name, content) => {
    const made = document.createElement(name);
    if (content) made.textContent = content;
    return parent.appendChild(made);
  };
  const show = (answer) => {
    document.getElementById("answer").textContent = JSON.stringify(answer);
  };
  const chosen = {};
  for (const element of document.querySelectorAll("crowd-image-classifier, crowd-classifier, crowd-bounding-box, crowd-semantic-segmentation")) {
    const shown = add(document.body, "section");
    add(shown, "h2", element.getAttribute("header"));
    add(shown, "p", text(element, "short-instructions"));
    if (element.getAttribute("src")) {
      const image = add(shown, "img");
      image.src = element.getAttribute("src");
      image.style.cssText = "display: block; max-width: 100%; margin-bottom: 8px";
    } else add(shown, "blockquote", text(element, "classification-target"));
    const name = element.getAttribute("name");
    for (const category of given(element)) {
      const button = add(shown, "button", category);
      button.onclick = () => {
        chosen[name] = { label: category };
        for (const other of shown.querySelectorAll("button")) other.style.fontWeight = other === button ? "bold" : "";
      };
    }
    element.style.display = "none";
  }
  for (const form of document.querySelectorAll("crowd-form")) {
    const submit = add(document.body, "button", "Submit");
    submit.id = "submit";
    submit.onclick = () => {
      for (const field of form.querySelectorAll("input:checked, select, textarea")) chosen[field.name] = { label: field.value };
      show(chosen);
    };
  }
});
