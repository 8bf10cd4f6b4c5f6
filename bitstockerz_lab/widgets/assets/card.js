function render({ model, el }) {
  el.classList.add("bz", "bz-tile");
  el.setAttribute("role", "region");

  function fit() {
    el.setAttribute("aria-label", model.get("label"));
    el.classList.toggle("bz-wide", model.get("wide"));
  }

  function hear(message) {
    if (!("html" in message)) return;
    const focused = el.contains(document.activeElement) ? document.activeElement.dataset : null;
    el.setAttribute("aria-busy", String(message.busy));
    el.innerHTML = message.html;
    for (const button of focused && focused.act ? el.querySelectorAll("[data-act]") : []) {
      if (button.dataset.act === focused.act && button.dataset.key === focused.key) button.focus();
    }
  }

  el.addEventListener("click", function (event) {
    const button = event.target.closest("[data-act]");
    if (button) model.send({ event: "act", act: button.dataset.act, key: button.dataset.key });
  });

  // read anew now and then, but only what somebody can see
  let timer = 0;
  function repeat() {
    clearInterval(timer);
    const seconds = model.get("again_s");
    if (!seconds) return;
    timer = setInterval(function () {
      if (document.visibilityState === "visible" && el.offsetParent !== null) {
        model.send({ event: "act", act: "again", key: "" });
      }
    }, 1000 * seconds);
  }

  fit();
  repeat();
  model.on("msg:custom", hear);
  model.on("change:label change:wide", fit);
  model.on("change:again_s", repeat);
  model.send({ event: "draw" });
  return function () {
    clearInterval(timer);
    model.off("msg:custom", hear);
    model.off("change:label change:wide", fit);
    model.off("change:again_s", repeat);
  };
}

export default { render };
