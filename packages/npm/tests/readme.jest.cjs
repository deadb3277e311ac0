const { useStore } = require("bigcommerce-mock/jest");

const jane = { first_name: "Jane", last_name: "Doe", email: "jane@example.com" };
const store = useStore({ seed: { customers: [jane] } });

test("a customer is found by email", async () => {
  const headers = { "X-Auth-Token": store().token };
  const answer = await fetch(`${store().v3}/customers?email:in=jane@example.com`, { headers });
  expect((await answer.json()).data.map((customer) => customer.id)).toEqual([1]);
  await store().verify({ match: { operation: "v3.listCustomers" }, count: { exactly: 1 } });
});
