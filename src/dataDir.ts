import path from 'node:path';

/** The variables of the environment that say where an installation keeps its files. */
export const FOLDER_VARIABLES = [
  'DUNWELL_DATA_DIR',
  'DUNWELL_NATIVE_DIR',
  'STATE_DIRECTORY',
  'XDG_DATA_HOME',
  'HOME',
  'LOCALAPPDATA',
  'USERPROFILE',
] as const;

/**
 * The data folder where `DUNWELL_DATA_DIR` names none: `data` where the sources are started; for the single binary, which may be started
 * from anywhere, the place that the platform keeps for a program's data (systemd.exec(5) StateDirectory, the XDG Base
 * Directory Specification, Apple's and Microsoft's conventions). Null where the environment says nothing of a home.
 */
export function standardDataDir(
  env: NodeJS.ProcessEnv,
  { binary, platform }: { binary: boolean; platform: NodeJS.Platform },
): string | null {
  if (!binary) return 'data';
  const [state] = (env.STATE_DIRECTORY ?? '').split(':');
  if (state) return state;
  if (platform === 'win32') {
    const base = env.LOCALAPPDATA || (env.USERPROFILE && path.win32.join(env.USERPROFILE, 'AppData', 'Local'));
    return base ? path.win32.join(base, 'Dunwell') : null;
  }
  if (platform === 'darwin') return env.HOME ? path.join(env.HOME, 'Library', 'Application Support', 'Dunwell') : null;
  // A relative one is invalid and counts as none.
  if (env.XDG_DATA_HOME && path.isAbsolute(env.XDG_DATA_HOME)) return path.join(env.XDG_DATA_HOME, 'dunwell');
  return env.HOME ? path.join(env.HOME, '.local', 'share', 'dunwell') : null;
}
