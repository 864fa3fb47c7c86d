// Entities in a text: select some of it with the mouse, and it is marked with the chosen label.

customElements.define(
  "crowd-entity-annotation",
  class extends CrowdMarks {
    build() {
      this.entities = JSON.parse(this.getAttribute("initial-value") || "[]");
      this.text = make("p", { className: "target text" });
      this.list = make("ul");
      this.frame(this.palette(this.choices("labels")), this.text, this.list);
      this.text.addEventListener("mouseup", () => this.mark());
      this.draw();
    }

    // Offsets count characters as Unicode does, which JavaScript's own do not.
    get characters() {
      return [...(this.getAttribute("text") || "")];
    }

    mark() {
      const selection = window.getSelection();
      if (selection.isCollapsed || !this.text.contains(selection.anchorNode)) return;
      const range = selection.getRangeAt(0);
      const before = document.createRange();
      before.setStart(this.text, 0);
      before.setEnd(range.startContainer, range.startOffset);
      const startOffset = [...before.toString()].length;
      const endOffset = startOffset + [...range.toString()].length;
      selection.removeAllRanges();
      if (this.entities.some((each) => each.startOffset < endOffset && startOffset < each.endOffset)) return;
      this.entities.push({ endOffset, label: this.label, startOffset });
      this.entities.sort((one, other) => one.startOffset - other.startOffset);
      this.draw();
    }

    draw() {
      const [characters, parts, listed] = [this.characters, [], []];
      const part = (from, to) => characters.slice(from, to).join("");
      let at = 0;
      for (const entity of this.entities) {
        const marked = make("mark", { textContent: part(entity.startOffset, entity.endOffset), title: entity.label });
        marked.style.background = `${this.color(entity.label)}55`;
        parts.push(part(at, entity.startOffset), marked);
        at = entity.endOffset;
        const remove = make("button", { type: "button", textContent: "Remove" });
        remove.addEventListener("click", () => {
          this.entities = this.entities.filter((each) => each !== entity);
          this.draw();
        });
        listed.push(make("li", {}, `${entity.label}: ${marked.textContent} `, remove));
      }
      this.text.replaceChildren(...parts, part(at));
      this.list.replaceChildren(...listed);
    }

    get value() {
      return { entities: this.entities };
    }
  },
);
