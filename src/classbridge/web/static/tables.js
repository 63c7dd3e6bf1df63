// Sorts a table by its heads, and gives what is shown of it as a CSV file.
(() => {
  const language = document.documentElement.lang;
  const order = new Intl.Collator(language, { numeric: true, sensitivity: "base" });

  // What a cell says: without what is folded away, what only stands there for screen readers, and buttons.
  const said = (cell) => {
    const copy = cell.cloneNode(true);
    for (const part of copy.querySelectorAll(".fold > :not(summary), .visually-hidden, form, .btn")) part.remove();
    return copy.textContent.replace(/\s+/g, " ").trim();
  };

  const value = (row, column) => row.cells[column]?.dataset.value ?? said(row.cells[column]);

  const sortBy = (table, column, down) => {
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [value(row, column), row]);
    rows.sort(([one], [other]) => order.compare(one, other) * (down ? -1 : 1));
    body.append(...rows.map(([, row]) => row));
  };

  const makeSortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    for (const [column, head] of heads.entries()) {
      if (said(head) === "") continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const one of heads) one.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        sortBy(table, column, down);
      });
    }
  };

  // A cell that starts like a formula is text for a spreadsheet too; a number stays one.
  const field = (text) => {
    const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.,\s]+$/.test(text) ? `'${text}` : text;
    return `"${safe.replaceAll('"', '""')}"`;
  };

  const csvOf = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    const columns = heads.map((_, column) => column).filter((column) => said(heads[column]) !== "");
    const rows = [table.tHead.rows[0], ...[...table.tBodies[0].rows].filter((row) => !row.hidden)];
    return rows.map((row) => columns.map((column) => field(said(row.cells[column]))).join(",")).join("\r\n");
  };

  const save = (name, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`\ufeff${text}\r\n`], { type: "text/csv" })); // the mark is for Excel
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href));
  };

  for (const table of document.querySelectorAll("table[data-sortable]")) makeSortable(table);
  for (const button of document.querySelectorAll("[data-csv]")) {
    const name = button.dataset.csv;
    button.addEventListener("click", () => save(`${name}.csv`, csvOf(document.getElementById(name))));
  }
})();
