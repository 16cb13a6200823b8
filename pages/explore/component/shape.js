// A query as it is sent: what Arrow's JavaScript reads wrongly, or not at all, comes as the engine's own text.

import { ask } from "./engine.js";
import { tokens } from "./sql.js";

const AS_TEXT = /INTERVAL|ENUM|VARIANT|UNION|BIGNUM|UHUGEINT|\bBIT\b|(?:^|\W)TIME WITH TIME ZONE/;
const QUERY = /^(select|with|from|values|table|\()$/i;

// The statement to send in place of this one, and the names of its columns; none where it is sent as it is.
export async function shaped(engine, sql) {
  const described = QUERY.test(tokens(sql)[0].text) ? await columns(engine, sql) : [];
  if (!described.some((column) => AS_TEXT.test(column.column_type))) return { sql, names: null };
  const own = described.map((_, at) => `c${at}`);
  const listed = described.map(({ column_type: type }, at) => (AS_TEXT.test(type) ? `cast(c${at} as varchar)` : `c${at}`));
  const names = described.map((column) => column.column_name);
  return { sql: `select ${listed.join(", ")} from (${sql}\n) as shaped(${own.join(", ")})`, names };
}

async function columns(engine, sql) {
  try {
    return (await ask(engine, `describe ${sql}`)).toArray().map((row) => row.toJSON());
  } catch {
    // It is a wrong one: then it says so itself.
    return [];
  }
}
