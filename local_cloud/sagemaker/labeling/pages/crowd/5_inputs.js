// Fields of a form, and what is only shown.

class CrowdField extends CrowdTool {
  labelled(field, first = true) {
    const text = this.getAttribute("label") || this.textContent.trim();
    this.replaceChildren(make("label", {}, ...(first ? [`${text} `, field] : [field, ` ${text}`])));
    this.field = field;
  }

  get required() {
    return this.hasAttribute("required");
  }

  get problem() {
    return this.required && !this.field.value ? `${this.answerName}: fill this in.` : "";
  }

  get value() {
    return this.field.value;
  }
}

customElements.define(
  "crowd-input",
  class extends CrowdField {
    build() {
      const [type, placeholder] = [this.getAttribute("type") || "text", this.getAttribute("placeholder") || ""];
      this.labelled(make("input", { type, placeholder, value: this.getAttribute("value") || "" }));
    }
  },
);

customElements.define(
  "crowd-text-area",
  class extends CrowdField {
    build() {
      const given = { rows: this.getAttribute("rows") || 3, placeholder: this.getAttribute("placeholder") || "" };
      this.labelled(make("textarea", { ...given, value: this.getAttribute("value") || "" }));
    }
  },
);

customElements.define(
  "crowd-slider",
  class extends CrowdField {
    build() {
      const given = Object.fromEntries(["min", "max", "step"].map((key) => [key, this.getAttribute(key) || ""]));
      this.labelled(make("input", { type: "range", ...given, value: this.getAttribute("value") || "0" }));
    }

    get value() {
      return Number(this.field.value);
    }
  },
);

customElements.define(
  "crowd-checkbox",
  class extends CrowdField {
    build() {
      this.labelled(make("input", { type: "checkbox", checked: this.hasAttribute("checked") }), false);
    }

    get problem() {
      return this.required && !this.field.checked ? `${this.answerName}: tick this.` : "";
    }

    get value() {
      return this.field.checked;
    }
  },
);

// Each button answers under its own name whether it is the chosen one of its group.
customElements.define(
  "crowd-radio-button",
  class extends CrowdField {
    build() {
      const group = this.closest("crowd-radio-group");
      const name = `radio-${[...document.querySelectorAll("crowd-radio-group")].indexOf(group)}`;
      this.labelled(make("input", { type: "radio", name, checked: this.hasAttribute("checked") }), false);
    }

    get problem() {
      const group = this.closest("crowd-radio-group");
      if (!group || group.querySelector("input:checked")) return "";
      return "Choose one of the options.";
    }

    get value() {
      return this.field.checked;
    }
  },
);

customElements.define("crowd-button", CrowdButton);
customElements.define("crowd-form", CrowdForm);

const SHOWN = ["radio-group", "instructions", "instructions-button", "card", "alert", "badge", "icon", "tabs", "tab"];
whenParsed(() => {
  const names = new Set([...document.querySelectorAll("*")].map((each) => each.localName));
  for (const name of names) {
    if (!name.startsWith("crowd-") || customElements.get(name) || SHOWN.includes(name.slice(6))) continue;
    document.body.prepend(make("p", { className: "problem", textContent: `The local cloud does not provide <${name}>.` }));
  }
});

document.head.append(
  make("style", {
    textContent: `
      body { font: 16px/1.5 system-ui, sans-serif; margin: 1rem; }
      img.target, .stage img { max-width: 100%; display: block; }
      .short, .target { margin: .5rem 0; }
      fieldset { border: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; margin: 1rem 0; }
      label { display: inline-block; padding: .25rem 0; }
      button { font: inherit; padding: .4rem .9rem; border: 2px solid #555; border-radius: 4px; background: #fff; }
      button[type=submit] { background: #0b5cad; border-color: #0b5cad; color: #fff; margin-top: 1rem; }
      button[aria-pressed=true] { font-weight: 700; box-shadow: inset 0 -3px currentColor; }
      .palette { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0; }
      .stage { position: relative; display: inline-block; cursor: crosshair; touch-action: none; }
      .stage .box { position: absolute; border: 3px solid; box-sizing: border-box; pointer-events: none; }
      .stage canvas { position: absolute; inset: 0; width: 100%; height: 100%; opacity: .6; }
      .text { font-size: 1.2rem; white-space: pre-wrap; }
      .problem { color: #a00; }
      .problem:empty { display: none; }`,
  }),
);
