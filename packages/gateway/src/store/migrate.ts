import { sha256, toHex } from "../bytes.ts";
import type { SqlConnection, SqlEngine } from "./engine.ts";
import { first } from "./migrations/0001-first.ts";
import { sending } from "./migrations/0002-sending.ts";
import { deletingTenants } from "./migrations/0003-deleting-tenants.ts";
import { leanEvents } from "./migrations/0004-lean-events.ts";
import { microsoft } from "./migrations/0005-microsoft.ts";
import { webhooks } from "./migrations/0006-webhooks.ts";
import { teamwork } from "./migrations/0007-teamwork.ts";
import { unread } from "./migrations/0008-unread.ts";
import { search } from "./migrations/0009-search.ts";
import { media } from "./migrations/0010-media.ts";
import { groups } from "./migrations/0011-groups.ts";
import { audit } from "./migrations/0013-audit.ts";
import { standing } from "./migrations/0014-standing.ts";
import { auditOfSignIns } from "./migrations/0016-audit-of-sign-ins.ts";
import { carrierHealth } from "./migrations/0017-carrier-health.ts";
import type { Migration } from "./migrations/migration.ts";

export const MIGRATIONS: readonly Migration[] = [
  first,
  sending,
  deletingTenants,
  leanEvents,
  microsoft,
  webhooks,
  teamwork,
  unread,
  search,
  media,
  groups,
  audit,
  standing,
  auditOfSignIns,
  carrierHealth,
];

/** Whose world a store belongs to. A store made by a sandbox holds simulated people and is never used for real ones. */
export type Environment = "production" | "sandbox";

export interface StoreInfo {
  /** Changes when the log's transaction ids may start over: after a restore, or on another server. */
  epoch: string;
  environment: Environment;
}

export interface MigrateOptions {
  environment: Environment;
  /** Makes the epoch of a store that has none, or whose server changed. */
  newEpoch: () => string;
}

/** A store that cannot be used as it is; the message says what to do. */
export class StoreRefused extends Error {
  override readonly name = "StoreRefused";
}

// Any constant will do, as long as every gateway takes the same. Transaction-scoped: PgBouncer-safe.
const MIGRATION_LOCK = 7_835_401;

/**
 * Brings the schema up to date and tells what store this is. Several nodes may call it at once: they take turns.
 * Runs as the connecting user, who owns the tables and may create roles; all else runs as the two roles made here.
 *
 * @throws StoreRefused when the store is newer than this gateway, was changed by hand, or belongs to the other environment
 */
export async function migrate(engine: SqlEngine, options: MigrateOptions): Promise<StoreInfo> {
  const connection = await engine.connect();
  try {
    await prepare(connection, options);
    for (const migration of MIGRATIONS) await apply(connection, migration);
    return await describe(connection, options);
  } finally {
    connection.release();
  }
}

async function prepare(connection: SqlConnection, { environment, newEpoch }: MigrateOptions): Promise<void> {
  await transaction(connection, async () => {
    // Roles belong to the whole server: another database on it may be making them at this moment.
    for (const role of ["trunkline_tenant", "trunkline_system"]) {
      await connection.exec(`do $$ begin
        if not exists (select from pg_roles where rolname = '${role}') then create role ${role} nologin; end if;
      exception when duplicate_object or unique_violation then null; end $$`);
      await connection.exec(`do $$ begin
        if not pg_has_role(current_user, '${role}', 'member') then execute 'grant ${role} to current_user'; end if;
      end $$`);
    }
    await connection.exec(`create table if not exists schema_migrations (
      version int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`);
    await connection.exec(`create table if not exists store_info (
      only_row boolean primary key default true check (only_row),
      epoch text not null, fingerprint text not null, environment text not null)`);
    await connection.query(
      `insert into store_info (epoch, fingerprint, environment) values ($1, ${FINGERPRINT}, $2) on conflict do nothing`,
      [newEpoch(), environment],
    );
  });
}

async function apply(connection: SqlConnection, { version, name, statements }: Migration): Promise<void> {
  const checksum = toHex(await sha256(statements.join(";\n")));
  await transaction(connection, async () => {
    const { rows } = await connection.query<{ checksum: string }>(
      "select checksum from schema_migrations where version = $1",
      [version],
    );
    if (rows[0]) {
      if (rows[0].checksum === checksum) return;
      throw new StoreRefused(
        `Migration ${version} (${name}) of this store differs from this gateway's. Run the gateway that made the store, or restore a backup.`,
      );
    }
    for (const statement of statements) await connection.exec(statement);
    await connection.query("insert into schema_migrations (version, name, checksum) values ($1, $2, $3)", [
      version,
      name,
      checksum,
    ]);
  });
}

async function describe(connection: SqlConnection, { environment, newEpoch }: MigrateOptions): Promise<StoreInfo> {
  return transaction(connection, async () => {
    const newest = MIGRATIONS.at(-1)?.version ?? 0;
    const { rows: later } = await connection.query<{ version: number }>(
      "select version from schema_migrations where version > $1 order by version desc limit 1",
      [newest],
    );
    if (later[0]) {
      throw new StoreRefused(
        `This store is at version ${later[0].version}, this gateway knows ${newest}. Run a newer gateway.`,
      );
    }
    // An old epoch's cursors point into another history, so a new server or database starts a new one.
    await connection.query(
      `update store_info set epoch = $1, fingerprint = ${FINGERPRINT} where fingerprint <> ${FINGERPRINT}`,
      [newEpoch()],
    );
    const { rows } = await connection.query<StoreInfo>("select epoch, environment from store_info", []);
    const info = rows[0];
    if (!info) throw new StoreRefused("The table store_info is empty. Restore a backup.");
    if (info.environment !== environment) {
      throw new StoreRefused(
        environment === "sandbox"
          ? "This store was not made by a sandbox, so a sandbox will not touch it. Give the sandbox a store of its own."
          : "This store was made by a sandbox and holds simulated people. Start it with --sandbox, or use another store.",
      );
    }
    return info;
  });
}

// Server, timeline and database: each of them changes when transaction ids can start over or run back.
const FINGERPRINT = `(select s.system_identifier || '/' || c.timeline_id || '/' ||
  (select oid from pg_database where datname = current_database())
  from pg_control_system() s, pg_control_checkpoint() c)`;

async function transaction<Result>(connection: SqlConnection, work: () => Promise<Result>): Promise<Result> {
  await connection.exec(`begin; select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
  try {
    const result = await work();
    await connection.exec("commit");
    return result;
  } catch (error) {
    await connection.exec("rollback");
    throw error;
  }
}
