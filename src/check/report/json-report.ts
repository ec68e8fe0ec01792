import type { Report } from "./build-report.ts";

export const jsonReport = (report: Report): string => `${JSON.stringify(report, null, 2)}\n`;
