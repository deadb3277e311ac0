// Run on Debian 12 with Node 20 and Next.js 16.4.6: BIGCOMMERCE_URL=http://127.0.0.1:2442/stores/demo npm run dev
const url = process.env.BIGCOMMERCE_URL ?? "http://127.0.0.1:2442/stores/demo";

export default {
  // The page asks its own origin for /bigcommerce/v3/customers. A rewrite adds no headers: the page sends the token.
  rewrites: async () => [{ source: "/bigcommerce/:path*", destination: `${url}/:path*` }],
};
