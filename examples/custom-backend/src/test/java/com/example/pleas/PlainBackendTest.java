package com.example.pleas;

import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.tck.TensorBackendContract;

class PlainBackendTest extends TensorBackendContract {
  @Override
  protected TensorBackendProvider provider() {
    return new PlainBackendProvider();
  }
}
