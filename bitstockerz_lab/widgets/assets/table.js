function render({ model, el }) {
  el.classList.add("bz", "bz-grid");
  el.innerHTML = '<div class="bz-tools"><input type="search" placeholder="Search"><span class="bz-pages">'
    + '<span class="bz-count" role="status"></span> <button type="button" aria-label="Previous rows">◀</button>'
    + '<button type="button" aria-label="Next rows">▶</button></span></div><div class="bz-rows"></div>';
  const search = el.querySelector("input"), rows = el.querySelector(".bz-rows");
  const count = el.querySelector(".bz-count");
  const [previous, next] = el.querySelectorAll(".bz-pages button");
  search.setAttribute("aria-label", "Search " + (model.get("label") || "the table"));
  search.hidden = !model.get("searches");
  let typing = 0;
  search.addEventListener("input", function () {
    clearTimeout(typing);
    typing = setTimeout(function () { model.send({ event: "search", text: search.value }); }, 150);
  });
  previous.addEventListener("click", function () { model.send({ event: "page", step: -1 }); });
  next.addEventListener("click", function () { model.send({ event: "page", step: 1 }); });

  function at(element) {
    const row = element.closest("tbody tr");
    return row ? [...row.parentElement.children].indexOf(row) : -1;
  }
  rows.addEventListener("click", function (event) {
    const heading = event.target.closest("th button");
    if (heading) {
      const cell = heading.parentElement;
      model.send({ event: "sort", column: [...cell.parentElement.children].indexOf(cell) });
    } else if (at(event.target) >= 0) {
      model.send({ event: "choose", row: at(event.target) });
    }
  });
  rows.addEventListener("dblclick", function (event) {
    if (at(event.target) >= 0) model.send({ event: "open", row: at(event.target) });
  });
  // JupyterLab has keys of its own; those for a row are the table's
  rows.addEventListener("keydown", function (event) {
    const row = event.target.closest("tbody tr");
    if (!row || event.target !== row) return;
    const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
    if (next) next.focus();
    else if (event.key === " ") model.send({ event: "choose", row: at(row) });
    else if (event.key === "Enter") model.send({ event: "open", row: at(row) });
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function hear(message) {
    if (!("html" in message)) return;
    const focused = rows.contains(document.activeElement) ? at(document.activeElement) : -1;
    rows.innerHTML = message.html;
    count.textContent = message.last
      ? message.first + " to " + message.last + " of " + message.found : "nothing found";
    previous.disabled = message.first <= 1;
    next.disabled = !message.more;
    previous.hidden = next.hidden = previous.disabled && next.disabled;
    if (focused >= 0) (rows.querySelectorAll("tbody tr")[focused] || search).focus();
  }
  model.on("msg:custom", hear);
  model.send({ event: "draw" });
  return function () { model.off("msg:custom", hear); };
}

export default { render };
