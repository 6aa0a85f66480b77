package dev.pleas.tck.reference;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;

/** A tensor with an array of its own. */
final class ReferenceTensor extends Resource implements Tensor {
  private final HostTensor host;

  /**
   * @param host from now on belongs to it
   */
  ReferenceTensor(ReferenceScope scope, HostTensor host) {
    super(scope, "tensor " + host.shape(), Float.BYTES * host.shape().elements());
    this.host = host;
  }

  @Override
  public Shape shape() {
    return host.shape();
  }

  @Override
  public HostTensor toHost() {
    checkOpen();
    return HostTensor.wrap(host.shape(), host.values().clone());
  }

  Plain plain() {
    checkOpen();
    return Plain.of(host);
  }
}
