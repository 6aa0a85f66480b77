/**
 * The <a href="https://onnx.ai/onnx/repo-docs/IR.html">ONNX</a> format: a network with its weights
 * as one message of Protocol Buffers, which other programs run. Any network is written, and those
 * are read whose operators the operations of a graph express.
 */
@NullMarked
package dev.pleas.models.onnx;

import org.jspecify.annotations.NullMarked;
