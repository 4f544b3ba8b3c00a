// Asks the browser for a passkey, new or known, and sends its answer with the form.

const form = document.querySelector("form[data-passkey]");

if (form) form.addEventListener("submit", ask);

async function ask(event) {
  const box = form.elements.answer;
  if (box.value) return;
  event.preventDefault();
  const trouble = document.getElementById("passkey-trouble");
  trouble.hidden = true;
  try {
    const options = read(JSON.parse(form.dataset.options));
    const made =
      form.dataset.passkey === "make"
        ? await navigator.credentials.create({ publicKey: options })
        : await navigator.credentials.get({ publicKey: options });
    box.value = JSON.stringify(written(made));
    form.submit();
  } catch {
    trouble.hidden = false;
  }
}

// The service writes bytes as base64 for addresses, which the browser wants as bytes.
function read(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of [options.excludeCredentials, options.allowCredentials])
    for (const one of list || []) one.id = bytes(one.id);
  return options;
}

function written(made) {
  const answer = made.response;
  const response = { clientDataJSON: text(answer.clientDataJSON) };
  if (answer.attestationObject) {
    response.attestationObject = text(answer.attestationObject);
    response.transports = answer.getTransports ? answer.getTransports() : [];
  } else {
    response.authenticatorData = text(answer.authenticatorData);
    response.signature = text(answer.signature);
    if (answer.userHandle) response.userHandle = text(answer.userHandle);
  }
  return { id: made.id, rawId: text(made.rawId), type: made.type, response };
}

function bytes(words) {
  const plain = atob(words.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
