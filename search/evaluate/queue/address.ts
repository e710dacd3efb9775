/** Where a Redis is, and how to get in. */
export interface QueueAddress {
  /** What may be shown: without user and password. */
  readonly shown: string;
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Number of the database. */
  readonly database: number;
  readonly isEncrypted: boolean;
}

const PORT = 6379;

const decoded = (text: string): string | undefined => (text === '' ? undefined : decodeURIComponent(text));

/** The parts of `redis://[[user]:password@]host[:port][/database]`, or `rediss://` with TLS; undefined for anything else. */
export const parseAddress = (text: string): QueueAddress | undefined => {
  let url: URL;
  try {
    url = new URL(text);
    if (!['redis:', 'rediss:'].includes(url.protocol) || url.search !== '' || url.hash !== '')
      return undefined;
    const database = /^(?:|\/|\/(\d{1,4}))$/.exec(url.pathname);
    // Brackets belong to the notation of IPv6 addresses in URLs.
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    if (host === '' || database === null) return undefined;
    const number = Number(database[1] ?? 0);
    const port = url.port === '' ? PORT : Number(url.port);
    return {
      shown: `${url.protocol}//${url.hostname}:${port}${number === 0 ? '' : `/${number}`}`,
      ...{ host, port, database: number, isEncrypted: url.protocol === 'rediss:' },
      ...{ username: decoded(url.username), password: decoded(url.password) },
    };
  } catch {
    return undefined;
  }
};
