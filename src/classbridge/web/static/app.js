// Small helps for pages that work without them.
(() => {
  const closest = (event, selector) =>
    event.target instanceof Element ? event.target.closest(selector) : null;

  const copy = async (button) => {
    const field = button.parentElement.querySelector("textarea, input");
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.querySelector("span").textContent = button.dataset.copied;
    } catch {
      field.focus(); // the text is selected: the reader copies it
    }
  };

  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu !== except) menu.open = false;
    }
  };

  const countTicked = (form) => {
    const ticked = form.querySelectorAll("input[type=checkbox][name]:checked:not([data-all])").length;
    for (const button of form.querySelectorAll("[data-needs-ticked]")) button.disabled = ticked === 0;
  };

  const filterRows = (input) => {
    const wanted = input.value.trim().toLocaleLowerCase();
    let shown = 0;
    for (const row of document.querySelectorAll(`#${input.dataset.filter} tbody tr`)) {
      row.hidden = wanted !== "" && !row.textContent.toLocaleLowerCase().includes(wanted);
      if (!row.hidden) shown += 1;
    }
    const none = document.querySelector(`[data-filter-none="${input.dataset.filter}"]`);
    if (none) none.hidden = shown > 0;
  };

  // The columns of a table that fit what is asked for above it; the first, with the names, always stays.
  const filterColumns = (id) => {
    const table = document.getElementById(id);
    const [text, state, period] = ["text", "state", "period"].map(
      (name) => document.getElementById(`columns-${name}`)?.value.trim().toLocaleLowerCase() ?? "");
    const heads = [...table.tHead.rows[0].cells];
    const fits = heads.map((head, column) => column === 0 || (
      head.querySelector(".grid-title").textContent.toLocaleLowerCase().includes(text)
      && (state === "" || head.dataset.is.split(" ").includes(state))
      && (period === "" || head.dataset.period.toLocaleLowerCase() === period)));
    for (const [column, fit] of fits.entries()) {
      if (heads[column].hidden === !fit) continue;
      for (const row of table.rows) row.cells[column].hidden = !fit;
    }
    const said = document.querySelector(`[data-columns-shown="${id}"]`);
    const shown = fits.filter(Boolean).length - 1;
    said.textContent = said.dataset.text.replace("{shown}", shown).replace("{all}", heads.length - 1);
  };

  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-copy]");
    if (button) copy(button);
    closeMenus(closest(event, "details.menu"));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = closest(event, "details.menu[open]");
    closeMenus();
    if (menu) menu.querySelector("summary").focus();
  });

  document.addEventListener("input", (event) => {
    const filter = closest(event, "[data-filter]");
    if (filter) filterRows(filter);
    const columns = closest(event, "[data-columns]");
    if (columns) filterColumns(columns.dataset.columns);
    const form = closest(event, "form");
    if (form) countTicked(form);
  });

  // A browser leaves what is half in sight as it is: in a wide table the rest of it may be beyond the edge.
  document.addEventListener("focusin", (event) => {
    if (closest(event, ".sheet") && !event.target.matches(".sheet")) {
      event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  });

  for (const element of document.querySelectorAll("[data-script]")) element.hidden = false;
  for (const form of document.querySelectorAll("form")) countTicked(form);

  // a second click on the same button sends nothing twice
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
