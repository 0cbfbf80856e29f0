import type { Needs } from '../support/process/lack.ts';

/** What the pipeline needs, to be run on this machine. */
export const needs: Needs = {
  what: 'The pipeline',
  programs: {
    buildah: 'buildah',
    'docker-registry': 'docker-registry',
    rsync: 'rsync',
    debootstrap: 'debootstrap',
    git: 'git',
    unshare: 'util-linux',
    python3: 'python3',
  },
  asRoot: 'To run the pipeline a Debian is made and a process 1 is started, which only root may.',
};
