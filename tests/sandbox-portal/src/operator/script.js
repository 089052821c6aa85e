// Lists the applications, moves them along and lets the portal misbehave, through the sandbox's own levers.
const list = document.getElementById("list");
const template = document.getElementById("application");
const problem = document.getElementById("problem");

async function load() {
  const [applications, messages] = await Promise.all(
    ["/sandbox/applications", "/sandbox/messages"].map(async (path) => (await fetch(path)).json()),
  );
  list.replaceChildren(...applications.toReversed().map((one) => show(one, messages)));
  if (applications.length === 0) list.textContent = "There are no applications yet.";
}

function words(text) {
  return typeof text === "string" ? text : (text?.en ?? "");
}

function show(application, messages) {
  const article = template.content.cloneNode(true).firstElementChild;
  article.dataset.id = application.id;
  article.querySelector("h2").textContent =
    `${application.registrationNumber} · ${application.procedureId} · ${application.status}`;
  article.querySelector("p").textContent = `Sent ${application.submittedAt}, answer due ${application.deadline}`;
  const lines = [
    ...application.history.map((event) => [event.at, `${event.status}: ${words(event.note)}`]),
    ...messages
      .filter((message) => message.applicationId === application.id)
      .map((message) => [message.sentAt, `${words(message.author)}: ${words(message.text)}`]),
  ].sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [at, text] of lines) {
    const item = document.createElement("li");
    item.textContent = `${at} ${text}`;
    article.querySelector("ol").append(item);
  }
  for (const form of article.querySelectorAll("form")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void act(application.id, form);
    });
  }
  return article;
}

/** A request with an order, as JSON. */
function send(path, method, order) {
  const headers = order && { "Content-Type": "application/json" };
  return fetch(path, { method, headers, body: order && JSON.stringify(order) });
}

async function act(id, form) {
  const order = { application: id, act: form.dataset.act };
  for (const [name, value] of new FormData(form)) {
    if (name === "wanted") order.wanted = value.split(";").map((one) => one.trim()).filter(Boolean);
    else order[name] = name === "days" ? Number(value) : value;
  }
  const answer = await send("/sandbox/operate", "POST", order);
  problem.textContent = answer.ok ? "" : await answer.text();
  await load();
}

const faults = document.getElementById("faults");
const quota = document.getElementById("quota");
const NUMBERS = new Set(["times", "milliseconds", "retry_after", "seconds"]);

async function tell(path, method, order) {
  const answer = await send(path, method, order);
  problem.textContent = answer.ok ? "" : await answer.text();
  await levers();
}

/** What goes wrong now. */
async function levers() {
  const [orders, limit] = await Promise.all(
    ["/sandbox/faults", "/sandbox/quota"].map(async (path) => (await fetch(path)).json()),
  );
  const lines = orders.map((order) => {
    const item = document.createElement("li");
    item.textContent = `${order.kind} · ${order.match || "/"} · ${order.times} left`;
    return item;
  });
  faults.replaceChildren(...lines);
  if (lines.length === 0) faults.textContent = "It behaves.";
  quota.elements.octets.value = limit.octets ?? "";
}

document.getElementById("fault").addEventListener("submit", (event) => {
  event.preventDefault();
  const order = {};
  for (const [name, value] of new FormData(event.target)) {
    if (value !== "") order[name] = NUMBERS.has(name) ? Number(value) : value;
  }
  void tell("/sandbox/faults", "POST", order);
});
document.getElementById("behave").addEventListener("click", () => void tell("/sandbox/faults", "DELETE"));
quota.addEventListener("submit", (event) => {
  event.preventDefault();
  const { value } = quota.elements.octets;
  void tell("/sandbox/quota", "POST", { octets: value === "" ? null : Number(value) });
});

void load();
void levers();
