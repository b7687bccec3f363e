/** Figures as people read them, alike in every locale. */

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function count(value: number): string {
  return grouped.format(value);
}

/** A share from 0 to 1. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

export function euros(amount: number): string {
  return `€ ${grouped.format(amount)}`;
}

/** Milliseconds in the two units that matter: `40 s`, `3 min 20 s`, `2 h 5 min`, `14 d 6 h`. */
export function duration(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '–';
  const seconds = Math.round(milliseconds / 1000);
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) return '0 s';
  const parts: string[] = [];
  let left = seconds;
  for (const [unit, size] of units.slice(first, first + 2)) {
    const whole = Math.floor(left / size);
    left -= whole * size;
    if (whole > 0) parts.push(`${whole} ${unit}`);
  }
  return parts.join(' ');
}

/** Hours with one digit behind the point. */
export function hours(milliseconds: number): string {
  return (milliseconds / 3_600_000).toFixed(1);
}
