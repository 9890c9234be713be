import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunControl } from './run-control.ts';

describe('what people ask of a run', () => {
  it('reaches the stage at work, whatever was asked before', () => {
    const control = new RunControl();
    const stage = control.halting;
    control.ask('go-on', 'SIGCONT');
    assert.equal(stage.aborted, false);
    control.ask('stop', 'SIGINT');
    assert.equal(stage.aborted, true);
  });

  it('gives the stage after a pause a signal of its own', () => {
    const control = new RunControl();
    control.ask('pause', 'ada');
    assert.equal(control.isPaused, true);
    control.ask('go-on', 'ada');
    assert.deepEqual([control.isPaused, control.halting.aborted], [false, false]);
  });

  it('stops for good, and remembers why: a terminal that closes says both', () => {
    const control = new RunControl();
    const heard: string[] = [];
    control.ask('stop', 'SIGHUP');
    control.ask('go-on', 'SIGCONT');
    control.ask('pause', 'SIGTSTP');
    assert.deepEqual([control.who, control.halting.aborted, control.isPaused], ['SIGHUP', true, false]);
    control.listen((request, who) => heard.push(`${request} by ${who}`));
    assert.deepEqual(heard, ['stop by SIGHUP']);
  });
});
