import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import { Authenticator } from './accounts/authenticator.js';
import { AuthController } from './accounts/auth.controller.js';
import { DemoAccounts } from './accounts/demo-accounts.js';
import { Mailer } from './accounts/mailer.js';
import { OneTimeLinks } from './accounts/one-time-links.js';
import { SignIn } from './accounts/sign-in.js';
import { Throttle } from './accounts/throttle.js';
import { TokensController } from './accounts/tokens.controller.js';
import { UsersController } from './accounts/users.controller.js';
import { AlgorithmsController } from './algorithms/algorithms.controller.js';
import { BenchmarksController } from './benchmarks/benchmarks.controller.js';
import { MakingController } from './benchmarks/making.controller.js';
import { MembersController } from './benchmarks/members.controller.js';
import { MakingDesk } from './benchmarks/making-desk.js';
import { Sight } from './benchmarks/sight.js';
import { CasesController } from './cases/cases.controller.js';
import { GridHashes } from './cases/grid-hashes.js';
import { ObjectAccess } from './cases/object-access.js';
import { ObjectsController } from './cases/objects.controller.js';
import { SegmentationsController } from './cases/segmentations.controller.js';
import { FrameShelf } from './dicomweb/frame-shelf.js';
import { FramesAhead } from './dicomweb/frames-ahead.js';
import { InboxController } from './dicomweb/inbox.controller.js';
import { Instances } from './dicomweb/instances.js';
import { DicomPictureController } from './dicomweb/picture.controller.js';
import { DicomRetrieveController } from './dicomweb/retrieve.controller.js';
import { DicomSearchController } from './dicomweb/search.controller.js';
import { Stow } from './dicomweb/stow.js';
import { Studies } from './dicomweb/studies.js';
import { CaseIntake } from './datasets/case-intake.js';
import { DatasetsController } from './datasets/datasets.controller.js';
import { BoardDesk } from './evidence/open-board.js';
import { EvidenceController } from './evidence/evidence.controller.js';
import { EvidenceDesk } from './evidence/evidence-desk.js';
import { ExportsController } from './evidence/exports.controller.js';
import { ContractInterceptor } from './http/contract.interceptor.js';
import { PolicyGuard } from './http/policy.guard.js';
import { ProblemFilter } from './http/problem.filter.js';
import { AccessLogController } from './operations/access-log.controller.js';
import { HealthController } from './operations/health.controller.js';
import {
  ACCESS_LOG,
  ACCOUNTS,
  BLOBS,
  CASES,
  CLOCK,
  EVIDENCE,
  INSPECTOR,
  LOG,
  PASSWORDS,
  QUEUE,
  RECORDS,
  SETTINGS,
  type ApiParts,
  type ApiSettings,
} from './settings.js';
import { StarterKitController } from './starter-kit/starter-kit.controller.js';
import { PreflightsController } from './submissions/preflights.controller.js';
import { RunEventHub } from './submissions/run-event-hub.js';
import { RunsController } from './submissions/runs.controller.js';
import { SubmissionDesk } from './submissions/submission-desk.js';
import { SubmissionsController } from './submissions/submissions.controller.js';
import { Intake } from './submissions/intake.js';
import { TakeIn } from './submissions/take-in.js';
import { UploadSpool } from './submissions/upload-spool.js';

/** The whole API over the given ports. */
@Module({})
export class ApiModule {
  static over(parts: ApiParts, settings: ApiSettings, extra: Pick<DynamicModule, 'controllers'> = {}): DynamicModule {
    const ports: Provider[] = [
      { provide: SETTINGS, useValue: settings },
      { provide: RECORDS, useValue: parts.records },
      { provide: ACCOUNTS, useValue: parts.accounts },
      { provide: ACCESS_LOG, useValue: parts.accessLog },
      { provide: BLOBS, useValue: parts.blobs },
      { provide: QUEUE, useValue: parts.queue },
      { provide: INSPECTOR, useValue: parts.inspector },
      { provide: EVIDENCE, useValue: parts.evidence },
      { provide: CASES, useValue: parts.cases },
      { provide: PASSWORDS, useValue: parts.passwords },
      { provide: CLOCK, useValue: parts.clock },
      { provide: LOG, useValue: parts.log },
    ];
    return {
      module: ApiModule,
      imports: [DiscoveryModule],
      controllers: [
        AuthController,
        TokensController,
        UsersController,
        BenchmarksController,
        MakingController,
        MembersController,
        EvidenceController,
        ExportsController,
        CasesController,
        DatasetsController,
        ObjectsController,
        SegmentationsController,
        DicomSearchController,
        DicomRetrieveController,
        DicomPictureController,
        InboxController,
        StarterKitController,
        SubmissionsController,
        PreflightsController,
        RunsController,
        AlgorithmsController,
        HealthController,
        AccessLogController,
        ...(extra.controllers ?? []),
      ],
      providers: [
        ...ports,
        Authenticator,
        DemoAccounts,
        Mailer,
        OneTimeLinks,
        SignIn,
        Throttle,
        Sight,
        GridHashes,
        ObjectAccess,
        MakingDesk,
        BoardDesk,
        EvidenceDesk,
        SubmissionDesk,
        Intake,
        TakeIn,
        CaseIntake,
        Studies,
        Stow,
        Instances,
        FrameShelf,
        FramesAhead,
        UploadSpool,
        RunEventHub,
        ProblemFilter,
        { provide: APP_FILTER, useExisting: ProblemFilter },
        { provide: APP_GUARD, useClass: PolicyGuard },
        { provide: APP_INTERCEPTOR, useClass: ContractInterceptor },
      ],
    };
  }
}
