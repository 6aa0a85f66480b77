package dev.pleas.tck;

import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/** A format that only reads: rules about writing are skipped. */
class ReadOnlyFormatTest extends CheckpointFormatContract {
  @Override
  protected CheckpointFormatProvider provider() {
    return TestProvider.format(ReadOnly::new);
  }

  private static final class ReadOnly extends TinyFormat {
    @Override
    public boolean writes() {
      return false;
    }

    @Override
    public void write(
        Path path,
        Map<String, TensorInfo> tensors,
        Function<String, StoredTensor> content,
        Map<String, String> metadata) {
      throw new UnsupportedOperationException("tiny only reads");
    }
  }

  @Override
  protected boolean registered() {
    return false;
  }
}
