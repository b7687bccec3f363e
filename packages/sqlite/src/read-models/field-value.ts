/** A top-level field of a document's plain JSON as SQL, in the one form that indexes are made of and queries ask for. */

/**
 * NULL, a number or text. Whole numbers become floating-point ones, as they are in JavaScript: beyond 2^53 an integer of
 * SQLite's would be equal to no number that a query can name.
 */
export function fieldValue(field: string): string {
  // The label of a JSON path is compared with the key as JSON writes it.
  const path = `'$.${JSON.stringify(field).replaceAll("'", "''")}'`;
  return (
    `CASE json_type(json, ${path}) WHEN 'integer' THEN CAST(json_extract(json, ${path}) AS REAL) ` +
    `WHEN 'object' THEN NULL WHEN 'array' THEN NULL ELSE json_extract(json, ${path}) END`
  );
}
