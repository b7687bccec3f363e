import type { Application, Row } from '@tidemark/core';
import { unknownEmployee, type WorkDay, Workload } from '../read-models/workload.ts';

interface EmployeeWeek {
  readonly employee: string;
  /** From Monday to Sunday. */
  readonly days: readonly (WorkDay | undefined)[];
  readonly sessions: number;
  /** In milliseconds. */
  readonly time: number;
}

/** What was put down on one day of the week, by all. */
interface WeekdayWork {
  readonly sessions: number;
  /** In milliseconds. */
  readonly time: number;
  /** How many such days of the calendar had any session. */
  readonly days: number;
}

interface EmployeeWork {
  readonly employee: string;
  readonly sessions: number;
  /** In milliseconds. */
  readonly time: number;
  /** Sessions from Monday to Sunday. */
  readonly weekdays: readonly number[];
}

export interface WorkloadFigures {
  readonly employees: number;
  /** One employee's one day, each. */
  readonly workDays: number;
  readonly sessions: number;
  readonly time: number;
  readonly leftOpen: number;
  readonly untouched: number;
  /** From Monday to Sunday. */
  readonly byWeekday: readonly WeekdayWork[];
  /** The busiest first; those without any session are left out. */
  readonly byEmployee: readonly EmployeeWork[];
  /** The Monday of the week with the most sessions; `undefined` where there were none. */
  readonly busiestMonday: string | undefined;
  /** In that week, the busiest first. */
  readonly week: readonly EmployeeWeek[];
}

interface KeyedDay {
  readonly day: string;
  readonly employee: string;
  readonly work: WorkDay;
}

export async function workloadFigures(app: Application): Promise<WorkloadFigures> {
  const days = await allDays(app);
  const total = (pick: (work: WorkDay) => number) => days.reduce((sum, { work }) => sum + pick(work), 0);
  const busiestMonday = busiestWeek(days);
  return {
    employees: new Set(days.map(({ employee }) => employee).filter((employee) => employee !== unknownEmployee)).size,
    workDays: days.length,
    sessions: total(({ sessions }) => sessions),
    time: total(({ time }) => time),
    leftOpen: total(({ leftOpen }) => leftOpen),
    untouched: total(({ untouched }) => untouched),
    byWeekday: byWeekday(days),
    byEmployee: byEmployee(days),
    busiestMonday,
    week: busiestMonday === undefined ? [] : weekOf(busiestMonday, days),
  };
}

interface WorkloadRow extends Row {
  readonly day: string;
  readonly employee: string;
  readonly sessions: number;
  readonly milliseconds: number;
  readonly left_open: number;
  readonly untouched: number;
}

async function allDays(app: Application): Promise<readonly KeyedDay[]> {
  const rows = await app.tables(Workload).all<WorkloadRow>('SELECT * FROM workload ORDER BY day, employee');
  return rows.map(({ day, employee, sessions, milliseconds, left_open, untouched }) => {
    return { day, employee, work: { sessions, time: milliseconds, leftOpen: left_open, untouched } };
  });
}

function byWeekday(days: readonly KeyedDay[]): readonly WeekdayWork[] {
  return weekdays.map((weekday) => {
    const those = days.filter(({ day, work }) => weekdayOf(day) === weekday && work.sessions > 0);
    return { ...sumOf(those), days: new Set(those.map(({ day }) => day)).size };
  });
}

function byEmployee(days: readonly KeyedDay[]): readonly EmployeeWork[] {
  return [...new Set(days.map(({ employee }) => employee))]
    .map((employee) => {
      const own = days.filter((day) => day.employee === employee);
      const on = (weekday: number) => own.filter(({ day }) => weekdayOf(day) === weekday);
      return { employee, ...sumOf(own), weekdays: weekdays.map((weekday) => sumOf(on(weekday)).sessions) };
    })
    .filter(({ sessions }) => sessions > 0)
    .sort((a, b) => b.sessions - a.sessions || (a.employee < b.employee ? -1 : 1));
}

function sumOf(days: readonly KeyedDay[]): { readonly sessions: number; readonly time: number } {
  return days.reduce((sum, { work }) => ({ sessions: sum.sessions + work.sessions, time: sum.time + work.time }), {
    sessions: 0,
    time: 0,
  });
}

function busiestWeek(days: readonly KeyedDay[]): string | undefined {
  const sessions = new Map<string, number>();
  for (const { day, work } of days) {
    const monday = mondayOf(day);
    sessions.set(monday, (sessions.get(monday) ?? 0) + work.sessions);
  }
  const [busiest] = [...sessions].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return busiest !== undefined && busiest[1] > 0 ? busiest[0] : undefined;
}

function weekOf(monday: string, days: readonly KeyedDay[]): readonly EmployeeWeek[] {
  const employees = new Map<string, (WorkDay | undefined)[]>();
  for (const { day, employee, work } of days) {
    if (mondayOf(day) !== monday || work.sessions === 0) continue;
    const week = employees.get(employee) ?? Array<WorkDay | undefined>(7).fill(undefined);
    week[weekdayOf(day)] = work;
    employees.set(employee, week);
  }
  const sum = (week: readonly (WorkDay | undefined)[], field: 'sessions' | 'time') =>
    week.reduce((total, work) => total + (work?.[field] ?? 0), 0);
  return [...employees]
    .map(([employee, week]) => ({ employee, days: week, sessions: sum(week, 'sessions'), time: sum(week, 'time') }))
    .sort((a, b) => b.sessions - a.sessions || (a.employee < b.employee ? -1 : 1));
}

/** From Monday to Sunday. */
const weekdays = [0, 1, 2, 3, 4, 5, 6] as const;

/** From 0 for Monday. A day of the bank's calendar has no zone any more. */
function weekdayOf(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

function mondayOf(day: string): string {
  const monday = new Date(`${day}T00:00:00Z`);
  monday.setUTCDate(monday.getUTCDate() - weekdayOf(day));
  return monday.toISOString().slice(0, 10);
}
