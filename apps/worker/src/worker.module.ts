import {
  Inject,
  Injectable,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { startCoordinator } from '#platform';
import { checkBenchmarks } from './check-benchmarks.js';
import { startWorker, type Worker, type WorkerOptions } from './worker.js';

const OPTIONS = Symbol('worker options');

/** How long the current cases may take after the worker was asked to stop. */
const GRACE_MS = 30_000;

/** Takes jobs from the moment the application has started until it is closed. */
@Injectable()
export class JobConsumer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private worker: Worker | null = null;

  constructor(@Inject(OPTIONS) private readonly options: WorkerOptions) {}

  async onApplicationBootstrap(): Promise<void> {
    await checkBenchmarks(this.options.records);
    this.worker = await startWorker(this.options);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.worker?.stop(GRACE_MS);
  }

  /** Gives the current cases back at once. */
  letGo(): void {
    void this.worker?.stop(0);
  }
}

/** Relays the outbox and sweeps deadlines, in whichever process holds the lock. */
@Injectable()
export class Coordination implements OnApplicationBootstrap, OnApplicationShutdown {
  private coordinator: ReturnType<typeof startCoordinator> | null = null;

  constructor(@Inject(OPTIONS) private readonly options: WorkerOptions) {}

  onApplicationBootstrap(): void {
    this.coordinator = startCoordinator(this.options);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.coordinator?.stop();
  }
}

@Module({})
export class WorkerModule {
  static over(options: WorkerOptions): DynamicModule {
    return { module: WorkerModule, providers: [{ provide: OPTIONS, useValue: options }, JobConsumer, Coordination] };
  }
}
