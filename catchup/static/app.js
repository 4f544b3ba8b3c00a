// Everything here is an extra: each page does its work without scripts.

// The page names the scripts to load: files are kept by browsers for a year, so an address written here
// would go on meaning an old version.
import(document.querySelector("link[rel=modulepreload]").href).then(({ initAll }) => initAll());

for (const select of document.querySelectorAll("select[data-council]")) {
  enhanceCouncil(select);
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copyText(button));
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A select of councils becomes a box to type in. The select stays in the form and carries the answer;
// what was typed goes along as NAME-typed, so that nothing is lost when it is no council's name.
async function enhanceCouncil(select) {
  await import(select.dataset.council);
  const options = [...select.options].filter((option) => option.value);
  const always = options.filter((option) => option.dataset.always !== undefined);
  const councils = options.filter((option) => !always.includes(option));
  const describedBy = select.getAttribute("aria-describedby");
  const wrong = select.classList.contains("govuk-select--error");
  const id = select.id;

  const source = (query, show) => {
    const wanted = folded(query);
    if (!wanted) return show(options.map((option) => option.text));
    const starts = [];
    const holds = [];
    for (const option of councils) {
      const name = folded(option.text);
      if (name.startsWith(wanted)) starts.push(option.text);
      else if (name.includes(" " + wanted) || (wanted.length > 2 && name.includes(wanted))) holds.push(option.text);
    }
    starts.sort((a, b) => a.length - b.length);
    show([...starts, ...holds, ...always.map((option) => option.text)]);
  };

  window.accessibleAutocomplete.enhanceSelectElement({
    selectElement: select,
    source,
    name: `${select.name}-typed`,
    defaultValue: select.value ? undefined : select.dataset.typed,
    autoselect: false,
    confirmOnBlur: false,
    showAllValues: true,
    displayMenu: "overlay",
    inputClasses: wrong ? "cu-council__input--error" : "",
    tNoResults: () => select.dataset.noneFound,
    tAssistiveHint: () => select.dataset.help,
    tStatusNoResults: () => select.dataset.noneFound,
    tStatusSelectedOption: (name, count, index) => filled(select.dataset.chosen, { name, number: index + 1, count }),
    tStatusResults: (count, chosen) => `${filled(select.dataset.found, { count })} ${chosen}`,
  });

  const input = document.getElementById(id);
  input.autocapitalize = "words";
  // The box rewrites its own description; ours (hint, error) has to stay in it.
  if (describedBy) {
    const keep = () => {
      const now = input.getAttribute("aria-describedby") ?? "";
      if (!now.includes(describedBy)) input.setAttribute("aria-describedby", `${describedBy} ${now}`.trim());
    };
    keep();
    new MutationObserver(keep).observe(input, { attributeFilter: ["aria-describedby"] });
  }
  // A name typed over an earlier choice must not leave that choice in the form.
  input.addEventListener("input", () => {
    const typed = folded(input.value);
    select.value = options.find((option) => folded(option.text) === typed)?.value ?? "";
  });
}

function filled(words, facts) {
  return words.replace(/\{(\w+)\}/g, (_whole, name) => facts[name]);
}

function folded(text) {
  return text.normalize("NFD").replace(/[\u0300-\u036f.,']/g, "").replace(/&/g, "and").toLowerCase().trim();
}

async function copyText(button) {
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(source.value ?? source.textContent);
  const said = document.getElementById(button.dataset.said);
  if (said) said.textContent = button.dataset.done;
}
