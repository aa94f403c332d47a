import type { MigrationInterface } from 'typeorm';
import { CreateAccounts } from './0001-create-accounts.js';
import { CreateBenchmarks } from './0002-create-benchmarks.js';
import { CreateSubmissions } from './0003-create-submissions.js';
import { CreateLeaderboard } from './0004-create-leaderboard.js';
import { CreateAccessLog } from './0005-create-access-log.js';
import { AddBoardStates } from './0006-add-board-states.js';
import { AddReferenceStudy } from './0007-add-reference-study.js';
import { HoldAndGiveUpRuns } from './0008-hold-and-give-up-runs.js';
import { BundlesChannelsReceipts } from './0009-bundles-channels-receipts.js';
import { KeepFilesReleaseEnds } from './0010-keep-files-release-ends.js';
import { DatasetsOfOrganisers } from './0011-datasets-of-organisers.js';
import { WithdrawCasesKeepRecipes } from './0012-withdraw-cases-keep-recipes.js';
import { MakeBenchmarks } from './0013-make-benchmarks.js';
import { AddFrames } from './0014-add-frames.js';
import { AddInbox } from './0015-add-inbox.js';
import { AppointMembers } from './0016-appoint-members.js';
import { CountWhatIsTurnedAway } from './0017-count-what-is-turned-away.js';
import { KeepHowReferencesWereRead } from './0018-keep-how-references-were-read.js';

/** In the order in which they run. A migration never changes after a release; TypeORM orders them by the number at the end of their names. */
export const MIGRATIONS: readonly (new () => MigrationInterface)[] = [
  CreateAccounts,
  CreateBenchmarks,
  CreateSubmissions,
  CreateLeaderboard,
  CreateAccessLog,
  AddBoardStates,
  AddReferenceStudy,
  HoldAndGiveUpRuns,
  BundlesChannelsReceipts,
  KeepFilesReleaseEnds,
  DatasetsOfOrganisers,
  WithdrawCasesKeepRecipes,
  MakeBenchmarks,
  AddFrames,
  AddInbox,
  AppointMembers,
  CountWhatIsTurnedAway,
  KeepHowReferencesWereRead,
];
