// Classes of a text or a picture: one, or any number.

class CrowdClassifier extends CrowdTool {
  get several() {
    return this.localName.endsWith("multi-select");
  }

  build() {
    const target = this.querySelector("classification-target");
    const shown = this.hasAttribute("src")
      ? make("img", { src: this.getAttribute("src"), alt: "The object to classify" })
      : make("div", {}, ...(target ? target.childNodes : []));
    shown.classList.add("target");
    const type = this.several ? "checkbox" : "radio";
    const group = `choice-${[...document.querySelectorAll(this.localName)].indexOf(this)}`;
    this.inputs = this.choices("categories").map((value) => make("input", { type, value, name: group }));
    const labels = this.inputs.map((input) => make("label", {}, input, ` ${input.value}`));
    this.frame(shown, make("fieldset", {}, ...labels));
  }

  get chosen() {
    return this.inputs.filter((input) => input.checked).map((input) => input.value);
  }

  get problem() {
    if (this.chosen.length || this.several) return "";
    return "Choose a category.";
  }

  get value() {
    return this.several ? { labels: this.chosen } : { label: this.chosen[0] };
  }
}

for (const name of ["classifier", "image-classifier", "classifier-multi-select", "image-classifier-multi-select"]) {
  customElements.define(`crowd-${name}`, class extends CrowdClassifier {});
}
