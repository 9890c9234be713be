import { render } from 'preact';
import './theme.css';
import { watchRun } from './live.ts';
import { Shell } from './shell.tsx';

watchRun();
render(<Shell />, document.getElementById('page') as HTMLElement);
