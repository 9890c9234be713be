import type { PolicySetting } from '../../contract/policy.ts';
import { Scrolls } from '../scrolls.tsx';

/** What else decides about a prediction, as the run has it. */
export function SettingsTable({ settings }: { readonly settings: readonly PolicySetting[] }) {
  return (
    <details class="panel">
      <summary>Other settings of the policy</summary>
      <Scrolls label="settings">
        <table>
          <thead>
            <tr>
              <th scope="col">setting</th>
              <th scope="col">value</th>
              <th scope="col">what it does</th>
            </tr>
          </thead>
          <tbody>
            {settings.map(({ key, value, idle, description }) => (
              <tr key={key} class={idle === null ? '' : 'quiet'}>
                <td>
                  <code>{key}</code>
                </td>
                <td>
                  <code>{String(value)}</code>
                </td>
                <td>
                  {idle !== null && <strong>Does nothing now: {idle}. </strong>}
                  {description}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolls>
      <p class="quiet">
        They hold for every answer on this page. Change them with <code>selfpaste resume --set policy.maskNmsIou=0.5</code>.
      </p>
    </details>
  );
}
