import type { SeenSource } from '../../contract/training.ts';
import { Link } from '../link.tsx';
import { addressOf } from '../location.ts';

interface SourceLinkProps {
  readonly source: SeenSource;
  /** In which it is to be shown, with its pseudo-labels. */
  readonly round?: number;
}

/** A picture of the data set, and the way to its view. */
export function SourceLink({ source: { image, fileName }, round }: SourceLinkProps) {
  return (
    <Link to={addressOf(`/image/${image}`, { round })} class="file-name">
      {fileName}
    </Link>
  );
}
