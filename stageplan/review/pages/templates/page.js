"use strict";
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const view = one("#view"), sheet = one("#sheet"), picture = one("svg", sheet), root = document.body;
  const nodes = new Map(all(".node", picture).map(node => [node.dataset.node, node]));
  const links = all(".link", picture).map(element => ({
    element, source: element.dataset.source, consumer: element.dataset.consumer,
  }));
  const size = {width: picture.width.baseVal.value, height: picture.height.baseVal.value};

  // where the sheet lies in the view
  const place = {x: 0, y: 0, scale: 1};
  const SMALLEST = 0.05, LARGEST = 4, READABLE = 0.55, TOOLS = 44;
  let isFitted = true;

  const show = () => {
    sheet.style.transform = `translate(${place.x}px, ${place.y}px) scale(${place.scale})`;
    one("#zoom-level").textContent = `${Math.round(place.scale * 100)}%`;
  };
  const fit = () => {
    const width = view.clientWidth, height = view.clientHeight - TOOLS;
    if (!width) return;
    place.scale = Math.min(width / size.width, height / size.height, 1.15);
    place.x = (width - size.width * place.scale) / 2;
    place.y = Math.max(0, (height - size.height * place.scale) / 2);
    isFitted = true;
    show();
  };
  const begin = () => {
    fit();
    if (place.scale >= READABLE) return;
    place.scale = READABLE;
    place.x = Math.max(0, (view.clientWidth - size.width * READABLE) / 2);
    place.y = Math.max(0, (view.clientHeight - TOOLS - size.height * READABLE) / 2);
    show();
  };
  const zoom = (factor, x = view.clientWidth / 2, y = view.clientHeight / 2) => {
    const scale = Math.min(LARGEST, Math.max(SMALLEST, place.scale * factor));
    place.x = x - (x - place.x) * scale / place.scale;
    place.y = y - (y - place.y) * scale / place.scale;
    place.scale = scale;
    isFitted = false;
    show();
  };
  const move = (x, y) => {
    place.x += x;
    place.y += y;
    isFitted = false;
    show();
  };
  const bringIntoView = node => {
    const box = node.getBoundingClientRect(), frame = view.getBoundingClientRect(), margin = 24;
    if (!frame.width) return;
    const past = (low, high, from, to) =>
      low < from + margin ? from + margin - low : high > to - margin ? to - margin - high : 0;
    move(past(box.left, box.right, frame.left, frame.right), past(box.top, box.bottom, frame.top, frame.bottom));
  };

  // pointers: one drags, two pinch; a press that does not move is a click
  const pointers = new Map();
  let moved = 0, last = null;
  const middle = () => {
    const points = [...pointers.values()];
    const [first, second = first] = points;
    return {
      x: (first.x + second.x) / 2, y: (first.y + second.y) / 2,
      apart: Math.hypot(first.x - second.x, first.y - second.y),
    };
  };
  const local = event => {
    const frame = view.getBoundingClientRect();
    return {x: event.clientX - frame.left, y: event.clientY - frame.top};
  };
  view.addEventListener("pointerdown", event => {
    if (event.button) return;
    pointers.set(event.pointerId, local(event));
    if (pointers.size === 1) moved = 0;
    last = middle();
  });
  view.addEventListener("pointermove", event => {
    if (!pointers.has(event.pointerId)) return;
    pointers.set(event.pointerId, local(event));
    const now = middle();
    moved += Math.hypot(now.x - last.x, now.y - last.y);
    if (moved > 4) {
      if (!view.hasPointerCapture(event.pointerId)) view.setPointerCapture(event.pointerId);
      view.classList.add("dragging");
      move(now.x - last.x, now.y - last.y);
      if (pointers.size > 1 && last.apart) zoom(now.apart / last.apart, now.x, now.y);
    }
    last = now;
  });
  const release = event => {
    pointers.delete(event.pointerId);
    view.classList.remove("dragging");
    if (pointers.size) last = middle();
  };
  view.addEventListener("pointerup", release);
  view.addEventListener("pointercancel", release);
  view.addEventListener("wheel", event => {
    event.preventDefault();
    const {x, y} = local(event);
    if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY * 0.01), x, y);
    else if (event.shiftKey && !event.deltaX) move(-event.deltaY, 0);
    else move(-event.deltaX, -event.deltaY);
  }, {passive: false});
  one("#zoom-in").addEventListener("click", () => zoom(1.25));
  one("#zoom-out").addEventListener("click", () => zoom(0.8));
  one("#zoom-fit").addEventListener("click", fit);
  new ResizeObserver(() => isFitted && begin()).observe(view);

  // the stages around one: all it needs, all that need it
  const reached = (start, from, to) => {
    const found = new Set([start]), waiting = [start];
    while (waiting.length) {
      const stage = waiting.pop();
      for (const link of links) {
        if (link[from] === stage && !found.has(link[to])) {
          found.add(link[to]);
          waiting.push(link[to]);
        }
      }
    }
    return found;
  };
  const focusOn = place => {
    const before = reached(place, "consumer", "source"), after = reached(place, "source", "consumer");
    for (const [name, node] of nodes) node.classList.toggle("near", before.has(name) || after.has(name));
    for (const {element, source, consumer} of links) {
      const near = before.has(source) && before.has(consumer) || after.has(source) && after.has(consumer);
      element.classList.toggle("near", near);
    }
    view.classList.add("focused");
  };

  // one stage is open, or none
  let opened = null;
  const open = (place, {moveFocus = false} = {}) => {
    close({keepFocus: true});
    const card = one(`#stage-${place}`), node = nodes.get(place);
    if (!card) return;
    opened = place;
    root.classList.add("opened");
    card.classList.add("open");
    if (node) {
      node.classList.add("open");
      focusOn(place);
      bringIntoView(node);
    }
    all(`[data-bar="${place}"]`).forEach(bar => bar.classList.add("open"));
    one(".side").scrollTop = 0;
    if (moveFocus) card.focus({preventScroll: root.clientWidth > 760});
    history.replaceState(null, "", `#stage-${place}`);
  };
  const close = ({keepFocus = false} = {}) => {
    if (opened === null) return;
    const node = nodes.get(opened);
    all(".card-of.open, .node.open, [data-bar].open").forEach(element => element.classList.remove("open"));
    root.classList.remove("opened");
    view.classList.remove("focused");
    if (node && !keepFocus) node.focus({preventScroll: true});
    opened = null;
    history.replaceState(null, "", "#");
  };
  document.addEventListener("click", event => {
    const opener = event.target.closest("[data-open]");
    if (opener) return open(opener.dataset.open, {moveFocus: true});
    if (event.target.closest("[data-close]")) return close();
    if (!event.target.closest("#view") || moved > 4) return;
    const node = event.target.closest(".node");
    if (node) open(node.dataset.node);
    else close();
  });

  // keys: arrows along the lines and within a wave
  for (const node of nodes.values()) {
    node.setAttribute("tabindex", "-1");
    node.setAttribute("role", "button");
    node.setAttribute("aria-label", one("title", node).textContent.replaceAll("\n", ", "));
  }
  const top = node => one(".card", node).getBoundingClientRect();
  const nearest = (candidates, from) => {
    const y = from.top + from.height / 2;
    const distance = node => Math.abs(top(node).top + top(node).height / 2 - y);
    return candidates.sort((one, other) => distance(one) - distance(other))[0];
  };
  const neighbour = (node, key) => {
    const name = node.dataset.node, box = top(node);
    const others = [...nodes.values()].filter(other => other !== node);
    switch (key) {
      case "ArrowLeft":
        return nearest(links.filter(link => link.consumer === name).map(link => nodes.get(link.source)), box);
      case "ArrowRight":
        return nearest(links.filter(link => link.source === name).map(link => nodes.get(link.consumer)), box);
      default: {
        const sign = key === "ArrowUp" ? -1 : 1;
        const column = others.filter(other => Math.abs(top(other).left - box.left) < 1);
        return nearest(column.filter(other => (top(other).top - box.top) * sign > 0), box);
      }
    }
  };
  const isTyping = event => event.target.matches("input, textarea, select");
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (search.value) { search.value = ""; look(); search.blur(); } else close();
      return;
    }
    if (isTyping(event)) return;
    if (event.key === "/") { event.preventDefault(); search.focus(); search.select(); return; }
    if (event.key === "+" || event.key === "=") return zoom(1.25);
    if (event.key === "-") return zoom(0.8);
    if (event.key === "0" || event.key === "f") return fit();
    if (!event.key.startsWith("Arrow") && event.key !== "Enter") return;
    const current = document.activeElement.closest?.(".node") ?? (event.target === view ? nodes.get(opened) : null);
    if (event.key === "Enter") {
      if (current) open(current.dataset.node, {moveFocus: true});
      return;
    }
    if (!current && event.target !== view) return;
    event.preventDefault();
    const next = current ? neighbour(current, event.key) : nodes.values().next().value;
    if (!next) return;
    next.focus({preventScroll: true});
    bringIntoView(next);
    if (opened !== null) open(next.dataset.node);
  });

  // search: in all that a card says
  const search = one("#search"), found = one("#found");
  const told = card => all("h2, .tag, dd, .lines code", card).map(part => part.textContent).join("\n").toLowerCase();
  const texts = new Map(all(".card-of").map(card => [card.dataset.node, told(card)]));
  const look = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const item of all("#list li")) {
      const text = texts.get(item.dataset.node) ?? "";
      const matches = words.every(word => text.includes(word));
      item.hidden = !matches;
      nodes.get(item.dataset.node)?.classList.toggle("hit-by-search", matches);
      count += matches;
    }
    view.classList.toggle("searching", words.length > 0);
    found.textContent = words.length ? `${count} of ${texts.size} stages` : "";
    if (words.length && opened !== null) close({keepFocus: true});
  };
  const rank = item => {
    const name = one("b", item).textContent.toLowerCase(), words = search.value.toLowerCase().trim();
    return name === words ? 0 : name.startsWith(words) ? 1 : name.includes(words) ? 2 : 3;
  };
  search.addEventListener("input", look);
  search.addEventListener("keydown", event => {
    if (event.key !== "Enter") return;
    const best = all("#list li:not([hidden])").sort((one, other) => rank(one) - rank(other))[0];
    if (best) open(best.dataset.node, {moveFocus: true});
  });

  // tabs
  const tabs = all("[role=tab]");
  const choose = tab => {
    for (const other of tabs) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      one(`#${other.getAttribute("aria-controls")}`).hidden = !chosen;
    }
    if (isFitted) begin();
  };
  tabs.forEach((tab, number) => {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", event => {
      const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      if (!step) return;
      event.stopPropagation();
      const next = tabs[(number + step + tabs.length) % tabs.length];
      choose(next);
      next.focus();
    });
  });

  begin();
  const asked = /^#(?:stage-(\d+)|pane-(\w+))$/.exec(location.hash);
  if (asked?.[1]) open(asked[1]);
  const tab = asked?.[2] && one(`#tab-${asked[2]}`);
  if (tab) choose(tab);
})();
