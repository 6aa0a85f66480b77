package dev.pleas.tck;

import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.api.tensor.DType;
import java.util.EnumSet;
import java.util.Set;

class TinyFormatTest extends CheckpointFormatContract {
  @Override
  protected CheckpointFormatProvider provider() {
    return TestProvider.format(TinyFormat::new);
  }

  @Override
  protected Set<DType> dtypes() {
    return EnumSet.complementOf(EnumSet.of(DType.BOOL));
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
