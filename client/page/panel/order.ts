// In which order people are listed: oneself, then raised hands, the longest first, then the others as they came.

interface Listed {
  readonly isLocal: boolean;
  readonly handRaisedAt: number | undefined;
}

/** Sorts people for the list; the order in which they came has to be that of the argument. */
export function inOrder<P extends Listed>(people: Iterable<P>): P[] {
  const rank = ({ isLocal, handRaisedAt }: P): number => (isLocal ? -1 : (handRaisedAt ?? Infinity));
  return [...people].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}
