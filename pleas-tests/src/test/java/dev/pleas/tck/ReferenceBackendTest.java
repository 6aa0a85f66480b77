package dev.pleas.tck;

import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.tck.reference.ReferenceBackendProvider;

class ReferenceBackendTest extends TensorBackendContract {
  @Override
  protected TensorBackendProvider provider() {
    return new ReferenceBackendProvider();
  }

  @Override
  protected boolean registered() {
    return false;
  }

  @Override
  protected boolean strict() {
    return true;
  }
}
