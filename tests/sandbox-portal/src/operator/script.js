// Lists the applications and moves them along through the sandbox's own levers.
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

async function act(id, form) {
  const order = { application: id, act: form.dataset.act };
  for (const [name, value] of new FormData(form)) {
    if (name === "wanted") order.wanted = value.split(";").map((one) => one.trim()).filter(Boolean);
    else order[name] = name === "days" ? Number(value) : value;
  }
  const answer = await fetch("/sandbox/operate", { method: "POST", body: JSON.stringify(order) });
  problem.textContent = answer.ok ? "" : await answer.text();
  await load();
}

void load();
