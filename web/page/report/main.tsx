import { render } from 'preact';
import type { Report as RunReport } from '../../contract/report.ts';
import '../theme.css';
import { Report } from './report.tsx';

const report = JSON.parse(document.getElementById('report')?.textContent ?? '') as RunReport;
document.title = `${report.run.name} · selfpaste report`;
render(<Report report={report} />, document.getElementById('page') as HTMLElement);
