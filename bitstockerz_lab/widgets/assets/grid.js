const FIELDS = [["low", "from"], ["high", "to"], ["step", "step"], ["value", "value"]];

function render({ model, el }) {
  el.classList.add("bz", "bz-span-fields");
  const cells = new Map();

  function change(index, field, value) {
    const rows = model.get("rows").map(function (row, at) {
      return at === index ? Object.assign({}, row, { [field]: value }) : row;
    });
    model.set("rows", rows);
    model.save_changes();
  }

  function input(row, index, field, label) {
    const made = document.createElement("input");
    made.type = "number";
    made.step = row.whole ? "1" : "any";
    made.setAttribute("aria-label", row.name + " " + label);
    made.addEventListener("change", function () {
      change(index, field, made.value === "" ? null : Number(made.value));
    });
    // JupyterLab has keys of its own; those typed here are the field's
    made.addEventListener("keydown", function (event) { event.stopPropagation(); });
    return made;
  }

  function build() {
    cells.clear();
    el.textContent = "";
    model.get("rows").forEach(function (row, index) {
      const line = document.createElement("fieldset");
      const name = document.createElement("legend"), tick = document.createElement("input");
      const label = document.createElement("label"), told = document.createElement("span");
      tick.type = "checkbox";
      tick.setAttribute("aria-label", "Vary " + row.name);
      tick.addEventListener("change", function () { change(index, "varies", tick.checked); });
      label.append(tick, " vary");
      name.textContent = row.name;
      told.className = "bz-told";
      told.setAttribute("role", "status");
      line.append(name, label);
      const own = { line, tick, told };
      FIELDS.forEach(function ([field, word]) {
        const wrap = document.createElement("label");
        own[field] = input(row, index, field, word);
        wrap.append(word + " ", own[field]);
        line.append(wrap);
      });
      line.append(told);
      el.append(line);
      cells.set(row.name, own);
    });
  }

  function fill() {
    const rows = model.get("rows");
    if (rows.length !== cells.size || rows.some(function (row) { return !cells.has(row.name); })) build();
    for (const row of rows) {
      const own = cells.get(row.name);
      own.tick.checked = row.varies;
      for (const [field] of FIELDS) {
        const shown = row[field] === null ? "" : String(row[field]);
        if (own[field] !== document.activeElement || Number(own[field].value) !== row[field]) own[field].value = shown;
        own[field].parentElement.hidden = row.varies === (field === "value");
      }
      own.told.textContent = row.told;
      own.line.classList.toggle("bz-wrong", row.is_wrong);
    }
  }

  model.on("change:rows", fill);
  fill();
  model.send({ event: "shown" });
  return function () { model.off("change:rows", fill); };
}

export default { render };
