// The app under test: a page that talks to the API from the browser. Where that is, it is told by ?api=
import { createServer } from "node:http";

const page = `<!doctype html><title>Customers</title>
<form><input name="email"><button>Add</button></form><p role="status"></p><ul></ul>
<script type="module">
  const customers = new URLSearchParams(location.search).get("api") + "/customers";
  const headers = { "X-Auth-Token": "any", "Content-Type": "application/json" };
  async function show() {
    const { data } = await (await fetch(customers, { headers })).json();
    const items = data.map((customer) => Object.assign(document.createElement("li"), { textContent: customer.email }));
    document.querySelector("ul").replaceChildren(...items);
  }
  document.forms[0].onsubmit = async (event) => {
    event.preventDefault();
    const body = JSON.stringify([{ first_name: "A", last_name: "B", email: event.target.email.value }]);
    const answer = await fetch(customers, { method: "POST", headers, body });
    document.querySelector("p").textContent = answer.ok ? "added" : (await answer.json()).title;
    await show();
  };
  await show();
</script>`;

createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end(page)).listen(process.argv[2], "127.0.0.1");
