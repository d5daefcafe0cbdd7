import { isSoftware, type Adapter } from './software';

interface Opens {
  features: ReadonlySet<string>;
  requestDevice(descriptor?: { requiredFeatures?: Iterable<string> }): Promise<unknown>;
}

/**
 * Opens software adapters with subgroups from now on, where they have them: kernels then share what they load. wgpu 30 has a list
 * of its own of what it can ask a browser for, and subgroups are not on it; to be deleted when they are.
 */
export function openWithSubgroups(adapters: { prototype: Opens & Adapter } | undefined): void {
  if (!adapters) return;
  const { requestDevice } = adapters.prototype;
  adapters.prototype.requestDevice = function (this: Opens & Adapter, descriptor = {}) {
    const more = isSoftware(this) && this.features.has('subgroups') ? ['subgroups'] : [];
    return requestDevice.call(this, { ...descriptor, requiredFeatures: [...(descriptor.requiredFeatures ?? []), ...more] });
  };
}
