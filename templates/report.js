"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const rows = [...document.querySelectorAll("#table tbody tr.row")];
  const body = document.querySelector("#table tbody");
  const heads = [...document.querySelectorAll("#table thead th")];
  const fields = { severity: byId("f-severity"), stride: byId("f-stride"), status: byId("f-status"), page: byId("f-page") };
  const text = byId("f-text");
  const form = document.querySelector("form.filters");
  const places = new Map(rows.map((row) => [row, row.dataset.places.split(" ")]));
  const words = new Map();
  const nodes = new Map();
  let place = "";
  document.documentElement.classList.add("js");

  const wordsOf = (row) => {
    if (!words.has(row)) words.set(row, row.textContent.toLowerCase());
    return words.get(row);
  };
  const nameOf = (key) => nodes.get(key)?.querySelector("title")?.textContent ?? "the chosen place";
  const light = (keys) => {
    for (const node of nodes.values()) node.classList.remove("lit");
    for (const key of keys) nodes.get(key)?.classList.add("lit");
  };
  const matches = (row, needle) =>
    Object.entries(fields).every(([key, field]) => !field || !field.value || row.dataset[key] === field.value) &&
    (!place || places.get(row).includes(place)) &&
    (!needle || wordsOf(row).includes(needle));

  const filter = () => {
    const needle = text.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const keep = matches(row, needle);
      row.hidden = !keep;
      shown += keep;
    }
    byId("f-count").textContent = `${shown} of ${rows.length} threats shown${place ? ` at ${nameOf(place)}` : ""}`;
  };

  const choose = (key) => {
    place = place === key ? "" : key;
    light(place ? [place] : []);
    filter();
    if (place) byId("threats").scrollIntoView();
  };

  const counts = new Map();
  for (const keys of places.values()) for (const key of new Set(keys)) counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const figure of document.querySelectorAll(".picture[data-scope]")) {
    figure.querySelector("svg")?.setAttribute("role", "group");
    for (const node of figure.querySelectorAll("[data-element],[data-flow]")) {
      const key = `${figure.dataset.scope}/${encodeURIComponent(node.dataset.element ?? node.dataset.flow)}`;
      nodes.set(key, node);
      const count = counts.get(key);
      if (!count) continue;
      node.setAttribute("tabindex", "0");
      node.setAttribute("role", "button");
      const title = node.querySelector("title");
      if (title) title.textContent = `${nameOf(key)}: ${count} ${count === 1 ? "threat" : "threats"}`;
      node.addEventListener("click", () => choose(key));
      node.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose(key);
      });
    }
  }

  for (const row of rows) {
    row.addEventListener("mouseenter", () => light(places.get(row)));
    row.addEventListener("mouseleave", () => light(place ? [place] : []));
    row.querySelector("details").addEventListener("toggle", (event) => {
      row.classList.toggle("chosen", event.target.open);
      if (event.target.open) light(places.get(row));
    });
  }

  for (const link of document.querySelectorAll("[data-jump]")) {
    link.addEventListener("click", () => {
      form.reset();
      fields.stride.value = link.dataset.stride;
      place = link.dataset.jump;
      light([place]);
      filter();
    });
  }

  const value = (row, column) => {
    const cell = row.cells[column];
    if (heads[column].dataset.sort === "score") return -Number(cell.dataset.value);
    return (cell.querySelector("summary") ?? cell).textContent.trim().toLowerCase();
  };
  const sort = (column) => {
    const down = heads[column].getAttribute("aria-sort") === "ascending";
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
    const keyed = rows.map((row, at) => [value(row, column), at, row]);
    keyed.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]));
    if (down) keyed.reverse();
    body.append(...keyed.map(([, , row]) => row));
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(column));
    head.replaceChildren(button);
  });

  const clear = () => {
    place = "";
    light([]);
    filter();
  };
  const follow = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const row = byId(id)?.closest("tr.row");
    if (!row) return;
    row.hidden = false;
    row.querySelector("details").open = true;
    row.scrollIntoView({ block: "center" });
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("button[type=reset]").addEventListener("click", () => setTimeout(clear));
  addEventListener("hashchange", follow);
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
  filter();
  follow();
})();
