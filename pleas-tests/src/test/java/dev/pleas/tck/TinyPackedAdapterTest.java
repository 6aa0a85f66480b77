package dev.pleas.tck;

import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.tensor.Shape;
import java.util.List;
import java.util.Map;

/** The rules hold for checkpoints whose tensors are not the parameters, too. */
class TinyPackedAdapterTest extends ModelAdapterContract {
  @Override
  protected ModelAdapterProvider provider() {
    return TestProvider.adapter(TinyPackedAdapter::new);
  }

  @Override
  protected List<ExampleNetwork> networks() {
    return List.of(
        new ExampleNetwork(
            "packed", TinyPackedAdapter.tensors(3, 10, 4), Map.of(), Shape.of(3, 6, 5)),
        new ExampleNetwork(
            "square head", TinyPackedAdapter.tensors(1, 7, 5, 7), Map.of(), Shape.of(1, 9, 9)));
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
