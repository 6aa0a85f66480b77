/**
 * The <a href="https://onnx.ai/onnx/repo-docs/IR.html">ONNX</a> format: a network with its weights
 * as one message of Protocol Buffers, which other programs run. Networks are written, not read.
 */
@NullMarked
package dev.pleas.models.onnx;

import org.jspecify.annotations.NullMarked;
