const LIVE = /^\s*-?\d+(\.\d*)?\s*$/;
const SHOWN = 60;
const NEW = new Set(["add", "beside", "group", "target", "parametrize"]);

// -- the form: new HTML onto what stands, so that focus, caret and a slider being dragged stay ----

function attributes(old, fresh) {
  for (const one of [...old.attributes]) {
    if (!fresh.hasAttribute(one.name) && !(old.tagName === "DETAILS" && one.name === "open")) {
      old.removeAttribute(one.name);
    }
  }
  for (const one of fresh.attributes) {
    if (old.getAttribute(one.name) !== one.value) old.setAttribute(one.name, one.value);
  }
}

function values(old, fresh, dirty) {
  if (old === dirty) return;
  if (old.tagName === "INPUT") {
    const value = fresh.getAttribute("value") ?? "";
    if (old.value !== value) old.value = value;
  } else if (old.tagName === "SELECT") {
    old.value = fresh.dataset.value ?? "";
  } else if (old.tagName === "TEXTAREA") {
    old.value = fresh.textContent;
  }
}

function morph(old, fresh, dirty) {
  attributes(old, fresh);
  if (old.tagName === "TEXTAREA") return values(old, fresh, dirty);
  const wanted = new Set([...fresh.children].map(function (one) { return one.dataset.key; }));
  const known = new Map();
  for (const one of old.children) if (one.dataset.key) known.set(one.dataset.key, one);
  let place = old.firstChild;
  for (const one of [...fresh.childNodes]) {
    const key = one.dataset && one.dataset.key;
    let match = key && known.get(key);
    const spare = place && place.nodeName === one.nodeName
      && !(place.dataset && place.dataset.key && wanted.has(place.dataset.key));
    if (!match && spare) match = place;
    if (!match || match.nodeName !== one.nodeName) {
      old.insertBefore(one, place);
      continue;
    }
    if (match === place) place = place.nextSibling;
    else old.insertBefore(match, place);
    if (match.nodeType === Node.ELEMENT_NODE) morph(match, one, dirty);
    else if (match.textContent !== one.textContent) match.textContent = one.textContent;
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
  values(old, fresh, dirty);
}

// -- what may stand in a field, found by a part of its name ---------------------------------------

function offers(root, given, choose) {
  const list = document.createElement("ul");
  list.className = "bz-offers";
  list.id = "bz-offers-" + Math.random().toString(36).slice(2);
  list.setAttribute("role", "listbox");
  list.hidden = true;
  root.append(list);
  let field = null, shown = [], active = -1;

  function close() {
    if (field) {
      field.setAttribute("aria-expanded", "false");
      field.removeAttribute("aria-activedescendant");
    }
    list.hidden = true;
    field = null;
    active = -1;
  }

  function mark(place) {
    active = place;
    [...list.children].forEach(function (row, number) {
      row.setAttribute("aria-selected", String(number === place));
      if (number === place) row.scrollIntoView({ block: "nearest" });
    });
    if (field) field.setAttribute("aria-activedescendant", place < 0 ? "" : list.id + "-" + place);
  }

  function rank(offer, query) {
    const name = offer.text.toLowerCase();
    if (name === query) return 0;
    if (name.startsWith(query)) return 1;
    if (name.includes(query)) return 2;
    return (offer.note || "").toLowerCase().includes(query) ? 3 : 4;
  }

  function open(input, all) {
    field = input;
    const query = all ? "" : input.value.trim().toLowerCase();
    const kinds = given().filter(function (one) { return one.for.includes(input.dataset.offers); });
    shown = kinds.map(function (one, place) { return [rank(one, query), place, one]; })
      .filter(function (row) { return row[0] < 4; })
      .sort(function (a, b) { return a[0] - b[0] || a[1] - b[1]; })
      .slice(0, SHOWN).map(function (row) { return row[2]; });
    if (!shown.length) return close();
    list.replaceChildren(...shown.map(function (offer, place) {
      const row = document.createElement("li");
      row.id = list.id + "-" + place;
      row.setAttribute("role", "option");
      for (const [name, text] of [["text", offer.text], ["kind", offer.kind], ["note", offer.note]]) {
        const part = document.createElement("span");
        part.className = "bz-offer-" + name;
        part.textContent = text || "";
        row.append(part);
      }
      row.addEventListener("mousedown", function (event) {
        event.preventDefault();
        take(place);
      });
      return row;
    }));
    const box = input.getBoundingClientRect(), around = root.getBoundingClientRect();
    const width = Math.min(440, around.width - 8);
    list.style.width = width + "px";
    list.style.left = Math.max(0, Math.min(box.left - around.left, around.width - width - 4)) + "px";
    list.style.top = box.bottom - around.top + 2 + "px";
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", list.id);
    mark(all ? -1 : shown.findIndex(function (one) { return one.text.toLowerCase() === query; }));
  }

  function take(place) {
    const input = field, offer = shown[place];
    if (!input || !offer) return;
    input.value = offer.text;
    close();
    choose(input);
  }

  function key(event) {
    const input = event.target;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !event.altKey) {
      event.preventDefault();
      if (list.hidden) return open(input, true);
      return mark((active + step + shown.length) % shown.length);
    }
    if (event.key === "Enter") {
      event.preventDefault();
      if (!list.hidden && active >= 0) return take(active);
      close();
      return choose(input);
    }
    if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
    }
  }
  return { open: open, close: close, key: key };
}

// -- the widget ------------------------------------------------------------------------------------

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "bz bz-editor";
  const form = document.createElement("div");
  root.append(form);
  el.append(root);
  let names = [], catalogue = [], dirty = null, busy = false, next = null, acted = null, held = null;
  const settled = new WeakMap();  // what Enter sent of a field: leaving it then says nothing new

  function send(message) {
    if (busy && message.goes_on) {
      next = message;
      return;
    }
    next = null;
    busy = true;
    model.send(message);
  }

  function act(from, more) {
    const data = from.dataset;
    acted = { do: data.do, path: data.path, key: data.key || "" };
    send(Object.assign({ do: data.do, path: data.path, with: data.with }, more));
  }

  function found(key) {
    return form.querySelector('[data-key="' + CSS.escape(key) + '"]');
  }

  // what is new is filled in next; what is moved may be moved on by the same button
  function focus(told) {
    if (!told || !acted) return;
    const path = told.path, first = [path + ".left:in", path + ".profit_pct:in", path + ".default:range"];
    const again = acted.key.startsWith(acted.path) ? path + acted.key.slice(acted.path.length) : "";
    const tries = NEW.has(acted.do) ? [...first, path + ":row"] : [again, path + ":row", ...first];
    tries.push(path.split(/[.[]/)[0] + ":add:");
    const target = tries.map(function (key) { return key && found(key); }).find(Boolean);
    acted = null;
    if (!target) return;
    target.focus();
    if (target.select) target.select();
  }

  const picker = offers(root, function () { return names.concat(catalogue); }, function (input) {
    dirty = null;
    settled.set(input, input.value);
    act(input, { text: input.value });
  });

  function hear(message) {
    if (message.tell === "catalogue") {
      catalogue = message.offers;
    } else if (message.tell === "form") {
      const fresh = document.createElement("div");
      fresh.innerHTML = message.html;
      names = message.offers;
      const focused = form.contains(document.activeElement) && document.activeElement;
      morph(form, fresh, dirty);
      if (focused && !form.contains(focused)) {
        const near = (acted && found(acted.key)) || form.querySelector("input, button");
        if (near) near.focus();
      }
      busy = false;
      root.dataset.drawn = String(Number(root.dataset.drawn || 0) + 1);  // tests wait for it
      if (next) send(next);
      else focus(message.focus);
    }
  }

  root.addEventListener("input", function (event) {
    const field = event.target;
    settled.delete(field);
    if (field.dataset.do === "number") {
      dirty = field;
      act(field, { text: field.value, goes_on: true });
    } else if (field.dataset.offers) {
      dirty = field;
      picker.open(field);
      if (LIVE.test(field.value)) act(field, { text: field.value, goes_on: true });
    }
  });

  root.addEventListener("change", function (event) {
    const field = event.target;
    dirty = null;
    if (!field.dataset.do || settled.get(field) === field.value) return;
    if (field.tagName === "SELECT") act(field, { with: field.value });
    else act(field, { text: field.value });
    if (field.dataset.do === "more") field.value = "";
  });

  root.addEventListener("click", function (event) {
    const button = event.target.closest("button[data-do]");
    if (button) act(button);
    const field = event.target.closest("input[data-offers]");
    if (field) picker.open(field, true);
  });

  root.addEventListener("focusout", function (event) {
    if (!root.contains(event.relatedTarget)) picker.close();
    else if (event.target.dataset.offers) picker.close();
  });

  root.addEventListener("keydown", function (event) {
    const target = event.target;
    if (target.dataset.offers) picker.key(event);
    const row = target.closest("[data-row]");
    if (!row || event.defaultPrevented) return;
    if (event.key === "Escape" && target !== row) return row.focus();
    if (target !== row && !(event.altKey && target.tagName === "BUTTON")) return;
    const arrows = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "in" };
    if (event.altKey && arrows[event.key]) {
      tell(event, row, { do: "move", with: arrows[event.key] });
    } else if (target === row && (event.key === "Delete" || event.key === "Backspace")) {
      tell(event, row, { do: "remove" });
    } else if (target === row && event.key === "n") {
      tell(event, row, { do: "negate" });
    } else if (target === row && event.key === "+") {
      tell(event, row, { do: "beside" });
    } else if (target === row && event.key === "Enter") {
      event.preventDefault();
      (row.querySelector("input, select") || row).focus();
    } else if (target === row && arrows[event.key] && !event.altKey) {
      const rows = [...form.querySelectorAll("[data-row]")];
      const other = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0)];
      event.preventDefault();
      if (other) other.focus();
    }
  });

  function tell(event, row, message) {
    event.preventDefault();
    acted = { do: message.do, path: row.dataset.row, key: row.dataset.key };
    send(Object.assign({ path: row.dataset.row }, message));
  }

  root.addEventListener("dragstart", function (event) {
    const row = event.target.closest && event.target.closest(".bz-grip") && event.target.closest("[data-row]");
    if (!row) return;
    held = row.dataset.row;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held);
    event.dataTransfer.setDragImage(row, 8, 8);
  });

  function lit(target) {
    for (const one of root.querySelectorAll(".bz-lit")) one.classList.remove("bz-lit");
    if (target) target.classList.add("bz-lit");
  }

  root.addEventListener("dragover", function (event) {
    const target = held && event.target.closest("[data-drop]");
    if (!target) return;
    event.preventDefault();
    event.stopPropagation();
    lit(target);
  });

  root.addEventListener("dragend", function () {
    held = null;
    lit(null);
  });

  root.addEventListener("drop", function (event) {
    const target = held && event.target.closest("[data-drop]");
    lit(null);
    if (!target) return;
    event.preventDefault();
    event.stopPropagation();
    acted = { do: "move", path: held, key: held + ":row" };
    send({ do: "move", path: held, with: target.dataset.drop });
    held = null;
  });

  model.on("msg:custom", hear);
  model.send({ do: "hello" });
  return function () { model.off("msg:custom", hear); };
}

export default { render };
