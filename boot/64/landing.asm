; 64-bit code for lessons that start in 32-bit C: where the far jump into 64-bit mode lands, the
; way back to C (which then goes on in compatibility mode), one read by a 64-bit pointer, and the
; vectors of long mode. Used by lessons through src/stage/landing.h. Must not know how a learner
; gets into long mode, only that they jump to landing64.
;
; SDM 3A, "Initializing IA-32e Mode" and "64-Bit Mode and Compatibility Mode Operation".

%include "boot/segments.inc"
%include "boot/vectors.inc"

LANDING_RETURNED  equ 0                   ; enum landing (src/stage/landing.h)
LANDING_NOT_64    equ 1
LANDING_64        equ 2

EXAM_SEED         equ 0x08                ; struct exam (src/stage/exam.h)
EXAM_STATE        equ 0x10
EXAM_STOPS        equ 0x18
GOLDEN            equ 0x9E3779B97F4A7C15  ; of the generator (src/stage/exam.c)
FACTOR_1          equ 0xBF58476D1CE4E5B9
FACTOR_2          equ 0x94D049BB133111EB

LOOK_VALUE        equ 8                   ; struct landing_look (landing.h); `va` comes first

; struct trap of src/core/32/arch.h, as bytes from its start
TRAP_CR2          equ 0
TRAP_DI           equ 4
TRAP_SI           equ 8
TRAP_BP           equ 12
TRAP_BX           equ 20
TRAP_DX           equ 24
TRAP_CX           equ 28
TRAP_AX           equ 32
TRAP_VECTOR       equ 36
TRAP_ERROR        equ 40
TRAP_IP           equ 44
TRAP_CS           equ 48
TRAP_FLAGS        equ 52
TRAP_BYTES        equ 64                  ; 56, rounded up to keep the stack aligned

extern exam, trap_dispatch
global landing_cross, landing64, landing_look, landing_look_at, landing_look_resume
global landing_facts, landing_fault, landing_vectors, checkpoint_long_mode

section .text

; ---- From C into the learner's code, and back ----

; enum landing landing_cross(enter, root, answer): see src/stage/landing.h. Whatever becomes of the
; stack pointer and the registers, C finds its own again.
bits 32
landing_cross:
    push ebx
    push esi
    push edi
    push ebp
    mov [saved_stack], esp
    mov eax, [esp + 20]                   ; enter
    mov ecx, [esp + 24]                   ; root
    push dword SELECTOR_CODE64            ; struct far_pointer: offset, then selector
    push dword landing64
    push ecx
    call eax
    mov esp, [saved_stack]
    mov ecx, [esp + 28]                   ; answer
    mov [ecx], eax
    mov eax, LANDING_RETURNED
    jmp back_in_c

; The jump arrives here. Which mode the CPU is in decides how these bytes read, so they are chosen
; to mean something in each: 0x40 adds one to EAX in 16-bit and 32-bit code and is an empty prefix
; in 64-bit code; 0xB8 takes two more bytes in 16-bit code, where the next instruction is then a
; jump, and four in 32-bit code. Without long mode a segment with L = 1 holds 16-bit code.
align 16
landing64:
    xor eax, eax
    db 0x40
    nop
    test eax, eax
    jz short arrived_64
    db 0xB8, 0x00, 0x00, 0xEB, arrived_16 - ($ + 5)
    jmp arrived_32
bits 16
arrived_16:
    jmp dword SELECTOR_CODE:arrived_32
bits 32
arrived_32:
    mov edx, LANDING_NOT_64
    jmp restore

bits 64
arrived_64:
    mov eax, SELECTOR_DATA
    mov ds, eax                           ; 64-bit code ignores DS, ES and SS; the 32-bit code that
    mov es, eax                           ; follows does not
    mov ss, eax
    mov fs, eax
    mov gs, eax
    mov esp, [rel saved_stack]            ; a write to ESP clears the upper half of RSP
    call count_stop
    jmp checkpoint_long_mode

; CHECKPOINT(long_mode), as src/stage/checkpoint.h writes it.
align 32
checkpoint_long_mode:
    xchg bx, bx
    mov rax, cr3
    mov cr3, rax
    nop

    mov rax, 0xFFFFFFFF                   ; three things that 32-bit code cannot do: a product of
    mul rax                               ; 64 bits in one register,
    mov [rel landing_facts], rax
    mov r8, 0x0123456789ABCDEF            ; a register that is not there,
    mov [rel landing_facts + 8], r8
here:
    lea rax, [rel here]                   ; an address told from the instruction pointer
    mov [rel landing_facts + 16], rax

    lea rax, [rel arrived_back]           ; a far return into the 32-bit segment: EFER.LMA stays 1,
    push SELECTOR_CODE                    ; CS.L becomes 0: compatibility mode
    push rax
    o64 retf
bits 32
arrived_back:
    mov edx, LANDING_64

restore:                                  ; EDX: what landing_cross is to return
    mov eax, SELECTOR_DATA
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov esp, [saved_stack]
    mov eax, edx
back_in_c:
    pop ebp
    pop edi
    pop esi
    pop ebx
    cld
    ret

; What exam_stop() does in C (src/stage/exam.c): one more stop, and the generator's state for it.
bits 64
count_stop:
    mov eax, [rel exam + EXAM_STOPS]
    inc eax
    mov [rel exam + EXAM_STOPS], eax
    mov rcx, GOLDEN
    imul rax, rcx
    add rax, [rel exam + EXAM_SEED]
    mov rcx, FACTOR_1
    mov rdx, rax
    shr rdx, 30
    xor rax, rdx
    imul rax, rcx
    mov rcx, FACTOR_2
    mov rdx, rax
    shr rdx, 27
    xor rax, rdx
    imul rax, rcx
    mov rdx, rax
    shr rdx, 31
    xor rax, rdx
    mov [rel exam + EXAM_STATE], rax
    ret

; ---- One read by a 64-bit pointer, for C in compatibility mode ----

; void landing_look(struct landing_look *look): see src/stage/landing.h.
bits 32
landing_look:
    mov ecx, [esp + 4]
    jmp SELECTOR_CODE64:look_64
bits 64
look_64:
    mov ecx, ecx                          ; the upper halves are undefined after a change of mode
    mov esp, esp
    mov rdx, [rcx]
landing_look_at:
    mov eax, [rdx]
    mov [rcx + LOOK_VALUE], eax
landing_look_resume:
    lea rax, [rel look_done]
    push SELECTOR_CODE
    push rax
    o64 retf
bits 32
look_done:
    ret

; ---- Exceptions in long mode ----

; Every exception now enters 64-bit code, wherever it came from. SDM 3A, "64-Bit Mode Stack Frame":
; SS, RSP, RFLAGS, CS, RIP, error code, eight bytes each. The C code that reports it is 32-bit: in
; compatibility mode it gets a struct trap, addresses cut to 32 bits (landing_fault: in full).
; The leading zero in vector_014 tells it from vector_14, which serves without long mode.
bits 64
%assign n 0
%rep 32
global vector_0 %+ n
vector_0 %+ n:
%if ((ERROR_CODE_VECTORS >> n) & 1) == 0
    push 0
%endif
    push n
    jmp near landing_trap
%assign n n + 1
%endrep

SAVED             equ 7 * 8               ; what is pushed next
landing_trap:
    push rax
    push rcx
    push rdx
    push rbx
    push rbp
    push rsi
    push rdi
    mov rbp, rsp
    mov rax, cr2                          ; before anything here can fault again
    sub rsp, TRAP_BYTES
    mov [rel landing_fault], rax
    mov [rsp + TRAP_CR2], eax
    mov [rsp + TRAP_DI], edi
    mov [rsp + TRAP_SI], esi
    mov rcx, [rbp + 16]
    mov [rsp + TRAP_BP], ecx
    mov [rsp + TRAP_BX], ebx
    mov [rsp + TRAP_DX], edx
    mov rcx, [rbp + 40]
    mov [rsp + TRAP_CX], ecx
    mov rcx, [rbp + 48]
    mov [rsp + TRAP_AX], ecx
    mov rcx, [rbp + SAVED]
    mov [rsp + TRAP_VECTOR], ecx
    mov rcx, [rbp + SAVED + 8]
    mov [rsp + TRAP_ERROR], ecx
    mov rcx, [rbp + SAVED + 16]
    mov [rel landing_fault + 8], rcx
    mov [rsp + TRAP_IP], ecx
    mov rcx, [rbp + SAVED + 24]
    mov [rsp + TRAP_CS], ecx
    mov rcx, [rbp + SAVED + 32]
    mov [rsp + TRAP_FLAGS], ecx

    mov eax, esp
    sub rsp, 16                           ; trap_dispatch's argument
    mov [rsp], eax
    lea rax, [rel dispatch_32]
    push SELECTOR_CODE
    push rax
    o64 retf
bits 32
dispatch_32:
    cld
    call trap_dispatch                    ; returns when it is dealt with; `ip` says where to go on
    jmp SELECTOR_CODE64:dispatched
bits 64
dispatched:
    mov esp, esp
    mov ecx, [rsp + 16 + TRAP_IP]
    add rsp, 16 + TRAP_BYTES
    mov [rsp + SAVED + 16], rcx
    pop rdi
    pop rsi
    pop rbp
    pop rbx
    pop rdx
    pop rcx
    pop rax
    add rsp, 16                           ; vector and error code
    iretq

section .rodata
align 4
landing_vectors:                          ; addresses for the table in src/stage/landing.c
%assign n 0
%rep 32
    dd vector_0 %+ n
%assign n n + 1
%endrep

section .bss nobits alloc noexec write align=8
landing_facts: resq 3                     ; struct landing_facts (src/stage/landing.h)
landing_fault: resq 2                     ; struct landing_fault
saved_stack:   resd 1

section .note.GNU-stack noalloc noexec nowrite progbits
