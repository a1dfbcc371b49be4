import { normalised, shown } from '../csv/cells.js';
import { ExitCode, Failure } from '../failure.js';
import { closest } from './closest.js';

/** What a column can mean to us. */
export type Role = 'user' | 'item' | 'rating' | 'time' | 'event' | 'title' | 'history' | 'preferences' | 'exclude';

/** Columns named by option, role by role. */
export type NamedColumns = Partial<Record<Role, string>>;

/** Role → position of its column in the header. */
export type Roles = Partial<Record<Role, number>>;

/**
 * Header names by role, as `normalised` makes them, best first: an earlier one wins over a later one, so that a file
 * with both `item_id` and `asin` is read by `item_id`.
 */
const SYNONYMS: Record<Role, readonly string[]> = {
  user: words(`userid user customerid customer clientid client memberid member accountid account visitorid visitor
    personid person readerid reader reviewerid reviewer buyerid buyer shopperid shopper subscriberid subscriber
    playerid player studentid student patronid listenerid viewerid householdid customerno customernumber username
    useruuid uid sessionid`),
  item: words(`itemid item productid product movieid movie bookid book isbn asin parentasin sku stockcode articleid
    article trackid track songid song artistid artist albumid album videoid video gameid game restaurantid restaurant
    placeid place businessid venueid venue locationid courseid course jobid showid animeid recipeid paperid
    contentid productcode itemcode articlenumber itemno productno materialnumber iid`),
  rating: words(`rating stars userrating ratingvalue reviewscore reviewrating overall score grade quantity qty count
    plays playcount listencount listens clicks views purchases weight strength eventvalue value frequency times amount`),
  time: words(`timestamp time datetime eventtime eventtimestamp date eventdate createdat created invoicedate orderdate
    purchasedate transactiondate ratedat reviewtime unixreviewtime unixtime updatedat ts`),
  event: words(`eventtype event interactiontype interaction typeofevent eventname actiontype action useraction
    behaviortype behaviourtype behavior behaviour activitytype`),
  title: words(`title itemtitle itemname productname producttitle movietitle booktitle trackname songname name label
    headline description`),
  history: words('history itemhistory useditems items itemids likeditems likes purchaseditems boughtitems watched'),
  preferences: words('preferences preference prefs tastes interests userpreferences'),
  exclude: words('exclude excluded excludeditems excludeitems blocked blacklist hide'),
};

/** What an option says instead of a name where no column shall have the role. */
export const NO_COLUMN = 'none';

/** Names that mean the row's own subject, whatever the file is about: taken only when nothing better is there. */
const OWN_ID = words('id key code');

/**
 * Finds the column of each wanted role.
 *
 * @param own the role that a bare `id` column has in this file.
 * @throws Failure 65 where two columns have the same claim to a role.
 */
export function recogniseRoles(
  path: string,
  header: readonly string[],
  wanted: readonly Role[],
  named: NamedColumns,
  own: Role,
): Roles {
  const roles: Roles = {};
  const taken = new Set<number>();
  for (const role of wanted) {
    const name = named[role];
    const column = name === undefined ? -1 : header.indexOf(name);
    if (column < 0 || name === undefined) continue;
    if (header.indexOf(name, column + 1) >= 0) {
      throw new Failure(ExitCode.badData, `${path}:1: two columns are called ${shown(name)}; rename one`);
    }
    if (taken.has(column)) throw new Failure(ExitCode.usage, `--${role}-col: "${name}" has another role already`);
    roles[role] = column;
    taken.add(column);
  }
  const names = header.map(normalised);
  for (const role of wanted) {
    if (roles[role] !== undefined || named[role] === NO_COLUMN) continue;
    const column = bestColumn(path, header, names, role, role === own ? OWN_ID : [], taken);
    if (column === undefined) continue;
    roles[role] = column;
    taken.add(column);
  }
  return roles;
}

function bestColumn(
  path: string,
  header: readonly string[],
  names: readonly string[],
  role: Role,
  lastResort: readonly string[],
  taken: ReadonlySet<number>,
): number | undefined {
  for (const synonym of [...SYNONYMS[role], ...lastResort]) {
    const claims = names.flatMap((name, column) => (name === synonym && !taken.has(column) ? [column] : []));
    if (claims.length > 1) {
      const both = claims.map((column) => `${shown(header[column] ?? '')} (column ${column + 1})`).join(' and ');
      throw new Failure(
        ExitCode.badData,
        `${path}:1: ${both} could each be the ${role} column; rename one, or settle it with --${role}-col NAME`,
      );
    }
    if (claims[0] !== undefined) return claims[0];
  }
  return undefined;
}

/** The failure of a file that lacks a column we cannot do without. */
export function missingColumn(path: string, header: readonly string[], role: Role, named: NamedColumns): Failure {
  const has = columnsShown(header);
  const wantedName = named[role];
  if (wantedName !== undefined) {
    const near = closest(wantedName, header);
    const hint = near === undefined ? '' : `; did you mean ${shown(near)}?`;
    return new Failure(ExitCode.badData, `${path}:1: no column ${shown(wantedName)} (--${role}-col)${hint}\n  ${has}`);
  }
  return new Failure(
    ExitCode.badData,
    `${path}:1: no column that looks like the ${role}; name it with --${role}-col NAME\n  ${has}`,
  );
}

const NAMES_SHOWN = 30;

/** The columns as a message lists them; where there is but one, what it may be cut by. */
function columnsShown(header: readonly string[]): string {
  const names = header.slice(0, NAMES_SHOWN).map(shown);
  if (header.length > NAMES_SHOWN) names.push(`and ${header.length - NAMES_SHOWN} more`);
  const hint = header.length === 1 ? '; if that is several, --delimiter says by what they are separated' : '';
  return `its columns: ${names.join(', ')}${hint}`;
}

/**
 * A column named by option has to be in one of the files at least.
 * @param files the roles of each file's columns. @throws Failure 2 where it is in none.
 */
export function requireNamedColumns(
  named: NamedColumns,
  files: readonly { readonly roles: readonly (readonly [role: string, column: string])[] }[],
): void {
  const present = new Set(files.flatMap(({ roles }) => roles.map(([, column]) => column)));
  for (const [role, column] of Object.entries(named)) {
    if (present.has(column) || column === NO_COLUMN) continue;
    throw new Failure(ExitCode.usage, `--${role}-col: no file has a column ${shown(column)} that can be the ${role}`);
  }
}

/**
 * Likewise an attribute.
 * @param files the columns of each that are free to be one. @throws Failure 2.
 */
export function requireNamedAttributes(
  attributes: readonly string[] | undefined,
  files: readonly { readonly columns: readonly { name: string }[] }[],
): void {
  const columns = new Set(files.flatMap((file) => file.columns.map(({ name }) => name)));
  for (const name of attributes ?? []) {
    if (columns.has(name)) continue;
    throw new Failure(
      ExitCode.usage,
      `--attribute-cols: no file has a column ${JSON.stringify(name)} free to be an attribute`,
    );
  }
}

/** The roles of `roles` that are wanted, where a column has them. */
export function pickRoles(roles: Roles, wanted: readonly Role[]): Roles {
  const picked: Roles = {};
  for (const role of wanted) if (roles[role] !== undefined) picked[role] = roles[role];
  return picked;
}

/** Role and header name of each column that has a role. */
export function namedRoles(roles: Roles, header: readonly string[]): [string, string][] {
  return Object.entries(roles).map(([role, at]) => [role, header[at] ?? '']);
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
