/** A step from version n-1 of the database to version n. Never edited once released; a change is a new step. */
export interface Migration {
  readonly version: number;
  readonly sql: string;
}
