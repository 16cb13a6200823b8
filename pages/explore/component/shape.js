// A query as it is sent: each value comes as the engine's own text, which is the same on every engine.

import { ask } from "./engine.js";
import { tokens } from "./sql.js";

const QUERY = /^(select|with|from|values|table|\()$/i;
const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|BIGNUM|DECIMAL\(.*\))$/;

// The statement to send in place of this one, and its columns; none where it is sent as it is.
export async function shaped(engine, sql) {
  const described = QUERY.test(tokens(sql)[0].text) ? await columns(engine, sql) : [];
  if (!described.length) return { sql, columns: null };
  const texts = described.map((_, at) => `cast(c${at} as varchar)`).join(", ");
  const own = described.map((_, at) => `c${at}`).join(", ");
  return { sql: `select ${texts} from (${sql}\n) as shaped(${own})`, columns: described };
}

async function columns(engine, sql) {
  try {
    const rows = (await ask(engine, `describe select * from (${sql}\n)`)).toArray().map((row) => row.toJSON());
    return rows.map(({ column_name: name, column_type: type }) => ({ name, type, numeric: NUMERIC.test(type) }));
  } catch {
    // It is a wrong one: then it says so itself.
    return [];
  }
}
