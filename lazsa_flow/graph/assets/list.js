"use strict";

/** A list of paths at the side: search, filter, sort, next page, and all of it as a CSV file. */
class PathList {
  static SIZE = 20;

  /**
   * @param name What the list is called; it names the file too.
   * @param columns Each with a key, a title, the value to sort by and write, and what a cell shows.
   * @param changed Called when the list is to be shown again.
   */
  constructor(name, columns, changed) {
    Object.assign(this, { name, columns, changed });
    this.search = "";
    this.filter = "";
    this.sort = "";
    this.page = 0;
  }

  /** Show rows; an address of all of them as CSV is offered where a server writes it. */
  show(rows, { total, filters, csv, more, note }) {
    const found = this.order(this.select(rows, filters));
    const pages = Math.max(1, Math.ceil(found.length / PathList.SIZE));
    this.page = Math.min(this.page, pages - 1);
    const first = this.page * PathList.SIZE;
    const shown = found.slice(first, first + PathList.SIZE);
    const copied = this.copied ? [make("textarea", this.copied, { readonly: "", rows: "6", "aria-label": "The list as CSV, to be copied" })] : [];
    return make("section", [
      this.tools(rows, found, filters, csv),
      shown.length ? this.table(shown) : make("p", rows.length ? "None of them." : "Nobody."),
      this.pages(first, shown.length, found.length, pages),
      ...copied,
      ...this.rest(rows.length, total, more, note),
    ], { class: "list", "aria-label": this.name });
  }

  select(rows, filters) {
    const wanted = this.search.trim().toLowerCase();
    const passes = (filters.find(([key]) => key === this.filter) || [])[2];
    return rows.filter((row) => (!passes || passes(row))
      && (!wanted || PathList.textOf(row).includes(wanted)));
  }

  /** What a search looks in. */
  static textOf({ path, subject, title, country, next }) {
    return [path, subject, title, country, next].filter(Boolean).join(" ").toLowerCase();
  }

  order(rows) {
    const key = this.sort.replace("-", "");
    const column = this.columns.find((each) => each.key === key);
    if (!column) return rows;
    const sign = this.sort.startsWith("-") ? -1 : 1;
    const compare = (one, other) => one === other ? 0 : one === "" ? 1 : other === "" ? -1
      : sign * String(one).localeCompare(String(other), "en", { numeric: true });
    return [...rows].sort((one, other) => compare(column.value(one), column.value(other)));
  }

  tools(rows, found, filters, csv) {
    const search = make("input", [], { id: this.id("search"), type: "search", value: this.search, placeholder: "in this list", "aria-label": `Search: ${this.name}`, spellcheck: "false" });
    for (const event of ["input", "change"]) {
      search.addEventListener(event, () => search.value !== this.search && this.set({ search: search.value, page: 0 }));
    }
    const choices = [["", "all"], ...filters].map(([key, title]) =>
      make("option", title, { value: key, ...(key === this.filter ? { selected: "" } : {}) }));
    const filter = make("select", choices, { id: this.id("filter"), "aria-label": `Filter: ${this.name}` });
    filter.addEventListener("change", () => this.set({ filter: filter.value, page: 0 }));
    const file = make("button", "CSV", { id: this.id("csv"), type: "button", title: "Download this list as a CSV file" });
    file.addEventListener("click", () => csv && !this.search && !this.filter ? location.assign(csv) : this.download(found));
    const few = rows.length <= 3 && !this.search && !this.filter;
    return make("div", few ? [file] : [search, ...(filters.length ? [filter] : []), file], { class: "tools" });
  }

  table(rows) {
    const columns = this.columns.filter(({ cell }) => cell);
    const heads = columns.map((column) => {
      const up = this.sort === column.key;
      const sorted = up || this.sort === `-${column.key}`;
      const button = make("button", `${column.title}${sorted ? (up ? " ▲" : " ▼") : ""}`, { id: this.id(column.key), type: "button", class: "link" });
      button.addEventListener("click", () => this.set({ sort: up ? `-${column.key}` : column.key, page: 0 }));
      return make("th", button, { scope: "col", ...(sorted ? { "aria-sort": up ? "ascending" : "descending" } : {}) });
    });
    const cells = rows.map((row) => make("tr", columns.map((column) => make("td", column.cell(row)))));
    return make("table", [make("thead", make("tr", heads)), make("tbody", cells)]);
  }

  pages(first, shown, found, pages) {
    if (pages === 1) return make("p", several(found, "path"), { class: "quiet" });
    const turn = (title, name, to, off) => {
      const button = make("button", title, { id: this.id(name), type: "button", "aria-label": `${name} page`, "aria-disabled": String(off) });
      button.addEventListener("click", () => off || this.set({ page: to })); // one that is off keeps the focus
      return button;
    };
    return make("div", [
      turn("◀", "Previous", this.page - 1, this.page === 0),
      make("span", `${figure(first + 1)} to ${figure(first + shown)} of ${figure(found)}`),
      turn("▶", "Next", this.page + 1, this.page === pages - 1),
    ], { class: "pages" });
  }

  /** Say what is left out, and how to have it. */
  rest(known, total, more, note) {
    if (known >= total) return [];
    const told = [make("p", `${figure(known)} of ${figure(total)} are ${more ? "read" : "in this file"}, those opened last. ${note}`, { class: "quiet" })];
    if (more) {
      const button = make("button", "Read more", { id: this.id("more"), type: "button" });
      button.addEventListener("click", more);
      told.push(button);
    }
    return told;
  }

  set(fields) {
    Object.assign(this, fields);
    this.changed();
  }

  id(part) {
    return `list-${this.name}-${part}`.replace(/[^A-Za-z0-9-]+/g, "-");
  }

  /** Hand the rows over as a file; a frame that may download nothing shows them to be copied. */
  download(rows) {
    const text = [this.columns.map(({ title }) => title), ...rows.map((row) => this.columns.map(({ value }) => value(row)))]
      .map((cells) => cells.map(PathList.csvCell).join(",")).join("\n");
    if (location.protocol === "about:") return this.set({ copied: this.copied ? "" : text });
    const address = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/csv" }));
    make("a", [], { href: address, download: `${this.id("").slice(5, -1)}.csv` }).click();
    return setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  /** Write a cell that no spreadsheet takes for a formula. */
  static csvCell(value) {
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }
}
