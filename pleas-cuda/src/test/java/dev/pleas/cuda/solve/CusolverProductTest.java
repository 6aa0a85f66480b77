package dev.pleas.cuda.solve;

import dev.pleas.backend.cholesky.PanelProduct;
import dev.pleas.backend.cholesky.PanelProductTest;
import dev.pleas.cuda.driver.CudaContext;
import dev.pleas.cuda.driver.Gpus;
import dev.pleas.cuda.standin.CleanStandIn;
import dev.pleas.cuda.standin.Gpu;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(CleanStandIn.class)
class CusolverProductTest extends PanelProductTest {
  private CudaContext context;

  @BeforeEach
  void open() {
    Gpu.required();
    context = CudaContext.open(Gpus.choose(null));
  }

  @AfterEach
  void close() {
    if (context != null) {
      context.close();
    }
  }

  @Override
  protected PanelProduct product(double[] x, int p, int q) {
    return new CusolverProduct(context, x, p, q);
  }
}
