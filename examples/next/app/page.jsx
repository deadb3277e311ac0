"use client";
import { useEffect, useState } from "react";

export default function Page() {
  const [customers, setCustomers] = useState([]);
  useEffect(() => {
    fetch("/bigcommerce/v3/customers?limit=5", { headers: { "X-Auth-Token": "any" } })
      .then((answer) => answer.json())
      .then((found) => setCustomers(found.data));
  }, []);
  return <ul>{customers.map((customer) => <li key={customer.id}>{customer.email}</li>)}</ul>;
}
