import { AccessEventEntity } from './access-event.entity.js';
import {
  AccessTokenEntity,
  AccountEntity,
  AccountSessionEntity,
  OneTimeLinkEntity,
  SignInAttemptEntity,
} from './account.entity.js';
import {
  BenchmarkEntity,
  CaseImageEntity,
  CaseReferenceEntity,
  DatasetEntity,
  DatasetVersionEntity,
  EvaluationCaseEntity,
  MembershipEntity,
  PhaseEntity,
} from './benchmark.entity.js';
import { CaseResultEntity, MetricValueEntity } from './case-result.entity.js';
import {
  DatasetCaseEntity,
  DatasetCaseImageEntity,
  DatasetCaseReferenceEntity,
  DatasetVersionCaseEntity,
} from './dataset-case.entity.js';
import { EvaluationRunEntity, RunEventEntity } from './evaluation-run.entity.js';
import { InboxAcceptedEntity, InboxInstanceEntity, InboxKeyEntity, InboxRefusalEntity } from './inbox.entity.js';
import { LeaderboardRowEntity } from './leaderboard-row.entity.js';
import { BenchmarkEventEntity, DryRunEntity } from './making.entity.js';
import { OutboxEntity } from './outbox.entity.js';
import { PreflightEntity } from './preflight.entity.js';
import { StoredObjectEntity, StoredObjectInputEntity } from './stored-object.entity.js';
import {
  AlgorithmEntity,
  AlgorithmVersionEntity,
  ConformanceObjectEntity,
  IdempotencyKeyEntity,
  SubmissionEntity,
  VersionModelEntity,
} from './submission.entity.js';

/** Every table. */
export const ENTITIES = [
  AccountEntity,
  AccountSessionEntity,
  AccessTokenEntity,
  OneTimeLinkEntity,
  SignInAttemptEntity,
  StoredObjectEntity,
  StoredObjectInputEntity,
  DatasetEntity,
  DatasetVersionEntity,
  DatasetCaseEntity,
  DatasetCaseImageEntity,
  DatasetCaseReferenceEntity,
  DatasetVersionCaseEntity,
  InboxKeyEntity,
  InboxInstanceEntity,
  InboxRefusalEntity,
  InboxAcceptedEntity,
  BenchmarkEntity,
  MembershipEntity,
  PhaseEntity,
  EvaluationCaseEntity,
  CaseImageEntity,
  CaseReferenceEntity,
  AlgorithmEntity,
  AlgorithmVersionEntity,
  VersionModelEntity,
  ConformanceObjectEntity,
  SubmissionEntity,
  IdempotencyKeyEntity,
  EvaluationRunEntity,
  RunEventEntity,
  CaseResultEntity,
  MetricValueEntity,
  LeaderboardRowEntity,
  PreflightEntity,
  DryRunEntity,
  BenchmarkEventEntity,
  OutboxEntity,
  AccessEventEntity,
];
