/**
 * A limit that is a parameter. SQLite plans with the value of a bare one, and so compiles the statement anew whenever it was
 * bound once more, which costs several times what a short page does; of a sum it knows no value.
 */
export const limited = 'LIMIT 0 + ?';
