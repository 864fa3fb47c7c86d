// Marks on a picture or a text: boxes, a mask, entities. The label that is chosen is the one of the next mark.

const COLORS = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#bcbd22", "#17becf"];

class CrowdMarks extends CrowdTool {
  // A row of buttons, one for each label.
  palette(names) {
    this.names = names;
    this.label = names[0];
    const buttons = names.map((name, index) => {
      const button = make("button", { type: "button", textContent: name, ariaPressed: String(index === 0) });
      button.style.borderColor = this.color(name);
      button.addEventListener("click", () => {
        this.label = name;
        for (const each of buttons) each.ariaPressed = String(each === button);
      });
      return button;
    });
    return make("div", { className: "palette", role: "toolbar", ariaLabel: "Labels" }, ...buttons);
  }

  color(name) {
    return COLORS[this.names.indexOf(name) % COLORS.length];
  }

  picture() {
    this.image = make("img", { src: this.getAttribute("src"), alt: "The object to mark", draggable: false });
    this.stage = make("div", { className: "stage" }, this.image);
    return this.stage;
  }

  get problem() {
    return this.image && !this.image.naturalWidth ? "The picture is not there yet; it may not be readable." : "";
  }

  get imageProperties() {
    return { height: this.image.naturalHeight, width: this.image.naturalWidth };
  }

  // Where the mouse is, in the picture's own pixels.
  point(event) {
    const shown = this.image.getBoundingClientRect();
    const scale = this.image.naturalWidth / shown.width;
    const within = (value, most) => Math.round(Math.min(Math.max(value * scale, 0), most));
    return {
      x: within(event.clientX - shown.left, this.image.naturalWidth),
      y: within(event.clientY - shown.top, this.image.naturalHeight),
    };
  }
}

customElements.define(
  "crowd-bounding-box",
  class extends CrowdMarks {
    build() {
      this.boxes = JSON.parse(this.getAttribute("initial-value") || "[]");
      this.list = make("ul");
      this.frame(this.palette(this.choices("labels")), this.picture(), this.list);
      this.image.addEventListener("load", () => this.draw());
      this.stage.addEventListener("pointerdown", (event) => (this.start = this.point(event)));
      window.addEventListener("pointermove", (event) => this.start && this.draw([this.box(event)]));
      window.addEventListener("pointerup", (event) => this.finish(event));
      this.draw();
    }

    // From where the mouse was pressed to where it is.
    box(event) {
      const [from, to] = [this.start, this.point(event)];
      const [width, height] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
      const [left, top] = [Math.min(from.x, to.x), Math.min(from.y, to.y)];
      return { height, label: this.label, left, top, width };
    }

    finish(event) {
      if (!this.start) return;
      const box = this.box(event);
      this.start = undefined;
      if (box.width && box.height) this.boxes.push(box);
      this.draw();
    }

    draw(unfinished = []) {
      for (const drawn of this.stage.querySelectorAll(".box")) drawn.remove();
      const share = (value, whole) => `${(100 * value) / (whole || 1)}%`;
      const { width, height } = this.imageProperties;
      for (const box of [...this.boxes, ...unfinished]) {
        const drawn = make("div", { className: "box", title: box.label });
        Object.assign(drawn.style, {
          left: share(box.left, width), top: share(box.top, height), width: share(box.width, width),
          height: share(box.height, height), borderColor: this.color(box.label),
        });
        this.stage.append(drawn);
      }
      this.list.replaceChildren(...this.boxes.map((box, index) => this.listed(box, index)));
    }

    listed(box, index) {
      const remove = make("button", { type: "button", textContent: "Remove" });
      remove.addEventListener("click", () => {
        this.boxes.splice(index, 1);
        this.draw();
      });
      return make("li", {}, `${box.label}: ${box.width} x ${box.height} `, remove);
    }

    get value() {
      return { boundingBoxes: this.boxes, inputImageProperties: this.imageProperties };
    }
  },
);

customElements.define(
  "crowd-semantic-segmentation",
  class extends CrowdMarks {
    build() {
      this.brush = make("input", { type: "range", min: 1, max: 60, value: 12, ariaLabel: "Size of the brush" });
      const clear = make("button", { type: "button", textContent: "Clear" });
      this.canvas = make("canvas");
      this.frame(this.palette(this.choices("labels")), this.picture(), make("p", {}, "Brush ", this.brush, clear));
      this.stage.append(this.canvas);
      const fit = () => Object.assign(this.canvas, this.imageProperties);
      if (this.image.complete) fit();
      this.image.addEventListener("load", fit);
      clear.addEventListener("click", fit); // a canvas that gets a size is empty
      this.stage.addEventListener("pointerdown", (event) => this.paint(event));
      this.stage.addEventListener("pointermove", (event) => event.buttons && this.paint(event));
    }

    // Squares at whole pixels, so that there are no colors between those of the labels.
    paint(event) {
      const [{ x, y }, size] = [this.point(event), Number(this.brush.value)];
      const context = this.canvas.getContext("2d");
      context.fillStyle = this.color(this.label);
      context.fillRect(x - Math.floor(size / 2), y - Math.floor(size / 2), size, size);
    }

    get value() {
      const labelMappings = Object.fromEntries(this.names.map((name) => [name, { color: this.color(name) }]));
      const pngImageData = this.canvas.toDataURL("image/png").split(",")[1];
      return { inputImageProperties: this.imageProperties, labelMappings, labeledImage: { pngImageData } };
    }
  },
);
