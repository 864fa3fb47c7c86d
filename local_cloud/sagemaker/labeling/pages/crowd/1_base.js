// Crowd HTML elements for worker pages in the local cloud: what AWS's own library does, as far as pages here need it.
// https://docs.aws.amazon.com/sagemaker/latest/dg/sms-ui-template-reference.html
"use strict";

function whenParsed(work) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", work);
  else work();
}

function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// Something a worker answers with: `value` is the answer, `problem` says why it is none yet.
class CrowdTool extends HTMLElement {
  connectedCallback() {
    whenParsed(() => {
      if (this.built) return;
      this.built = true;
      this.build();
    });
  }

  get answerName() {
    return this.getAttribute("name") || this.localName;
  }

  get problem() {
    return "";
  }

  choices(attribute) {
    const given = JSON.parse(this.getAttribute(attribute) || "[]");
    return given.map((each) => (typeof each === "string" ? each : each.label));
  }

  // The frame that all annotation tools have: header, instructions, and a place for the tool.
  frame(...content) {
    const parts = [make("h2", { textContent: this.getAttribute("header") || "" })];
    const short = this.querySelector("short-instructions");
    if (short) parts.push(make("div", { className: "short" }, ...short.childNodes));
    const full = this.querySelector("full-instructions");
    if (full) {
      const summary = make("summary", { textContent: full.getAttribute("header") || "Full instructions" });
      parts.push(make("details", {}, summary, ...full.childNodes));
    }
    this.replaceChildren(...parts, ...content);
  }
}

class CrowdForm extends HTMLElement {
  connectedCallback() {
    whenParsed(() => {
      if (!this.querySelector('crowd-button[form-action="submit"], button[type="submit"], input[type="submit"]')) {
        const button = make("crowd-button", { textContent: "Submit" });
        button.setAttribute("form-action", "submit");
        this.append(button);
      }
      this.message = make("p", { className: "problem", role: "alert" });
      this.append(this.message);
      this.addEventListener("click", (event) => {
        if (event.target.closest('button[type="submit"], input[type="submit"]')) {
          event.preventDefault();
          this.submit();
        }
      });
    });
  }

  // As AWS's: a page may have listeners of "submit", and may stop it.
  submit() {
    const tools = [...this.querySelectorAll("*")].filter((each) => each instanceof CrowdTool);
    const problem = tools.map((tool) => tool.problem).find(Boolean) || this.invalid();
    this.message.textContent = problem || "";
    if (problem || !this.dispatchEvent(new Event("submit", { cancelable: true, bubbles: true }))) return;
    const answer = {};
    for (const tool of tools) if (tool.value !== undefined) answer[tool.answerName] = tool.value;
    for (const field of this.fields()) this.add(answer, field);
    window.parent.postMessage({ crowdSubmit: answer }, "*");
  }

  // Plain HTML fields with a name are answers as well; those inside tools are the tools' own.
  fields() {
    return [...this.querySelectorAll("input[name], textarea[name], select[name]")].filter(
      (field) => ![...this.querySelectorAll("*")].some((each) => each instanceof CrowdTool && each.contains(field)),
    );
  }

  invalid() {
    const field = this.fields().find((each) => !each.checkValidity());
    return field ? `${field.name}: ${field.validationMessage}` : "";
  }

  add(answer, field) {
    if (field.type === "radio") answer[field.name] = { ...answer[field.name], [field.value]: field.checked };
    else if (field.type === "checkbox") answer[field.name] = { [field.value]: field.checked };
    else answer[field.name] = field.value;
  }
}

class CrowdButton extends HTMLElement {
  connectedCallback() {
    whenParsed(() => {
      if (this.querySelector("button")) return;
      const submits = this.getAttribute("form-action") === "submit";
      this.replaceChildren(make("button", { type: submits ? "submit" : "button" }, ...this.childNodes));
    });
  }
}
