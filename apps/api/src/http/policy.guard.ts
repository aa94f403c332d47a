import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Endpoint } from '#contracts';
import { decideAtDoor, RequestRefused } from '#domain';
import { Authenticator } from '../accounts/authenticator.js';
import { setCaller } from '../accounts/caller.js';
import { sessionSecret } from '../accounts/session-cookie.js';
import { SETTINGS, type ApiSettings } from '../settings.js';
import { ENDPOINT } from './mount.js';
import { originAllowed } from './origin.js';
import { refuse } from './permit.js';

const SAFE = new Set(['GET', 'HEAD']);

/** Before every handler: who asks, from which page, and whether the policy could ever say yes. */
@Injectable()
export class PolicyGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    @Inject(SETTINGS) private readonly settings: Pick<ApiSettings, 'publicUrl' | 'publicUrlGiven' | 'host'>,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const endpoint = Reflect.getMetadata(ENDPOINT, context.getHandler()) as Endpoint | undefined;
    if (endpoint === undefined)
      throw new Error(`${context.getClass().name}.${context.getHandler().name} has no endpoint`);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!SAFE.has(request.method)) this.checkOrigin(request);
    // what is open to everybody must answer even while the database is away; those handlers ask who it is themselves
    if (endpoint.action === 'public') return true;
    const caller = await this.authenticator.identify(request);
    setCaller(request, caller);
    refuse(decideAtDoor(caller.actor, endpoint.action), caller.actor, endpoint.action, 'page');
    return true;
  }

  /**
   * A page of another site must not act with the cookie of a signed-in person, nor sign somebody in. Browsers name their
   * page in Origin; a request that carries the cookie without it is refused, one with a token needs none.
   */
  private checkOrigin({ headers }: FastifyRequest): void {
    if (headers.authorization !== undefined) return;
    if (headers.origin === undefined) {
      if (sessionSecret(headers.cookie) === null) return;
      throw new RequestRefused(
        403,
        'origin-missing',
        `Send the header Origin: ${new URL(this.settings.publicUrl).origin}, or use a personal access token.`,
      );
    }
    if (!originAllowed(headers.origin, headers.host, this.settings)) {
      throw new RequestRefused(
        403,
        'origin-foreign',
        `Pages of another site may not change things here; this server is ${new URL(this.settings.publicUrl).origin}.`,
      );
    }
  }
}
